/// The functions of a table in a fixed order: compiled templates name a function by its place.
struct FunctionNames: Sendable {
    /// Registered names.
    let names: Set<String>
    /// Registered names and Go's own, sorted.
    let order: [String]
    private let places: [String: Int]

    init(_ names: Set<String>) {
        self.names = names
        order = names.union(Builtin.allCases.map(\.rawValue)).sorted()
        places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset) })
    }

    func place(of name: String) -> Int? { places[name] }
}
