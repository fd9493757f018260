/// Whether one text comes before another bytewise, as Go compares strings. Swift's own
/// `<` goes by Unicode's canonical order, and its generic comparison of bytes is several times slower.
package func bytesPrecede(_ left: String, _ right: String) -> Bool {
    var left = left, right = right
    return left.withUTF8 { a in
        right.withUTF8 { b in
            let shared = min(a.count, b.count)
            var index = 0
            while index < shared {
                if a[index] != b[index] { return a[index] < b[index] }
                index &+= 1
            }
            return a.count < b.count
        }
    }
}
