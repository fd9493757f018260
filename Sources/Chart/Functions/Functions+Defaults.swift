internal import Template

extension FunctionTable {
    /// Sprig's choices between values, and its looks at their types.
    mutating func registerDefaults() {
        register("default", .any, rest: .any) { _, a in a.count < 2 || a.datum(1).isEmpty ? a.datum(0) : a.datum(1) }
        register("empty", .any) { _, a in .bool(a.datum(0).isEmpty) }
        register("coalesce", rest: .any) { _, a in a.first { !$0.isEmpty } ?? .null }
        register("all", rest: .any) { _, a in .bool(a.allSatisfy { !$0.isEmpty }) }
        register("any", rest: .any) { _, a in .bool(a.contains { !$0.isEmpty }) }
        register("ternary", .any, .any, .bool) { _, a in a.bool(2) ? a.datum(0) : a.datum(1) }
        register("typeOf", .any) { _, a in .string(nameOfType(a.datum(0))) }
        register("typeIs", .string, .any) { _, a in .bool(a.string(0) == nameOfType(a.datum(1))) }
        register("typeIsLike", .string, .any) { _, a in
            let name = nameOfType(a.datum(1))
            return .bool(a.string(0) == name || "*" + a.string(0) == name)
        }
        register("kindOf", .any) { _, a in .string(a.datum(0).kindName) }
        register("kindIs", .string, .any) { _, a in .bool(a.string(0) == a.datum(1).kindName) }
        register("deepEqual", .any, .any) { _, a in .bool(deepEqual(a.datum(0), a.datum(1))) }
    }
}

private func nameOfType(_ value: Datum) -> String { value.isNil ? "<nil>" : value.typeName }
