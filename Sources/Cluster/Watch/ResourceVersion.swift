/// Whether one resourceVersion is older than another; nil where they cannot be compared.
///
/// They are decimal numbers of one counter (KEP-5504 makes that a promise); anything
/// else is somebody's own scheme, of which nothing can be said.
package func isOlder(_ left: String, than right: String) -> Bool? {
    func isNumber(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
        return text.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } && (first != 48 || text.utf8.count == 1)
    }
    guard isNumber(left), isNumber(right) else { return nil }
    if left.utf8.count != right.utf8.count { return left.utf8.count < right.utf8.count }
    return left.utf8.lexicographicallyPrecedes(right.utf8)
}
