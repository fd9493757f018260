import Testing

@testable import Template

/// Nothing of a render stays behind.
@Suite struct MemoryTests {
    @Test func mapInItselfIsFreed() throws {
        weak var freed: DatumMap?
        do {
            let map = DatumMap()
            freed = map
            var functions = FunctionTable()
            functions.register("tie") { execution, _ in
                map["self"] = .list([.map(map)])
                execution.didPut(.list([.map(map)]), into: map)
                return .map(map)
            }
            var set = TemplateSet(functions: functions)
            try set.parse(name: "t", text: "{{ len (index (tie).self 0) }}")
            #expect(try Execution(templates: set, functions: functions).execute("t", data: .null) == "1")
        }
        #expect(freed == nil)
    }
}
