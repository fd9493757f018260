import Document

@testable import Template

/// Values with one of each kind, as a chart's values.
func sampleValues() -> Datum {
    let values: Value = [
        "s": "hello", "e": "", "n": 3, "f": 1.5, "big": 12_345_678, "huge": 123_456_789_012_345_678, "neg": -7.25,
        "t": true, "fa": false, "l": ["a", "b", 1, 2.5, nil, true], "el": [],
        "m": ["b": ["c": 1, "d": [1, "x"]], "a": "z"], "em": [:], "u": "héllo wörld ☃", "q": "it's \"q\" <&>\n\t",
    ]
    return Datum(values)
}

/// A few functions of the kinds that charts have: typed, variadic, failing, running templates.
func sampleFunctions() -> FunctionTable {
    func text(_ arguments: [Datum], _ place: Int = 0) -> String {
        if arguments.indices.contains(place), case .string(let text) = arguments[place] { text } else { "" }
    }
    var table = FunctionTable()
    table.register("dict", rest: .any) { _, arguments in
        let map = DatumMap()
        for place in stride(from: 0, to: arguments.count - 1, by: 2) { map[text(arguments, place)] = arguments[place + 1] }
        return .map(map)
    }
    table.register("list", rest: .any) { .list($1) }
    table.register("upper", .string) { .string(text($1).uppercased()) }
    table.register("fail", .string) { _, arguments in throw FunctionFault(text(arguments)) }
    table.register("until", .int) { _, arguments in
        guard case .int(let count, _)? = arguments.first else { return .null }
        return .list((0..<max(0, count)).map { .int($0) }, of: .int)
    }
    table.register("int64", .any) { _, arguments in
        guard case .int(let value, _)? = arguments.first else { return .null }
        return .int(value, as: .int64)
    }
    table.register("kindIs", .string, .any) { .bool($1.last?.typeName == text($1)) }
    table.register("hasKey", .map, .string) { _, arguments in
        guard case .map(let map)? = arguments.first else { return .null }
        return .bool(map[text(arguments, 1)] != nil)
    }
    table.register("splitList", .string, .string) { _, arguments in
        .list(text(arguments, 1).split(separator: text(arguments)).map { .string(String($0)) }, of: .string)
    }
    table.register("include", .string, .any) { .string(try $0.execute(text($1), data: $1.last ?? .null)) }
    table.register("tpl", .string, .any) { .string(try $0.evaluate(text: text($1), name: "t", data: $1.last ?? .null)) }
    return table
}

/// What a template named "t" gives, or the text of its error.
func rendered(_ template: String, data: Datum? = nil, budget: Budget = Budget()) -> String {
    do { return try render(template, data: data, budget: budget) } catch { return "\(error)" }
}

func render(_ template: String, data: Datum? = nil, budget: Budget = Budget()) throws -> String {
    let functions = sampleFunctions()
    var set = TemplateSet(functions: functions)
    try set.parse(name: "t", text: template)
    let execution = Execution(templates: set, functions: functions, budget: budget)
    return try execution.execute("t", data: data ?? .map(DatumMap(["Values": sampleValues()])))
}
