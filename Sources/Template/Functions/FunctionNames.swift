/// The functions of a table in a fixed order: parsed templates name a function by its place.
/// Tables of the same names share one.
package struct FunctionNames: Sendable {
    /// Registered names.
    let names: Set<String>
    /// Registered names and Go's own, sorted.
    package let order: [String]
    private let functions: [String: Resolved]

    /// Where a function is, and 1 + the place of the built-in that the evaluator knows itself, or 0.
    struct Resolved: Sendable {
        var place: Int32
        var builtin: Int32
    }

    package init(_ names: Set<String>) {
        self.names = names
        order = names.union(Builtin.allCases.map(\.rawValue)).sorted()
        var functions: [String: Resolved] = [:]
        for (place, name) in order.enumerated() {
            functions[name] = Resolved(place: Int32(truncatingIfNeeded: place), builtin: 0)
        }
        for (place, builtin) in Builtin.allCases.enumerated() where !names.contains(builtin.rawValue) {
            functions[builtin.rawValue]?.builtin = Int32(truncatingIfNeeded: place + 1)
        }
        self.functions = functions
    }

    func resolve(_ name: String) -> Resolved? { functions[name] }
}
