internal import Basics
internal import Document
internal import Template

/// Takes a template's error apart into facts. The chart's parts are asked only now.
struct FailureFacts {
    /// The text of a template's file.
    var text: (String) -> String?
    /// All templates' names.
    var names: [String]
    /// The values that the failing file ran with.
    var values: DatumMap?

    func failure(_ error: TemplateError) -> TemplateFailure {
        var places: [TemplateFailure.Place] = []
        var root = error
        var current: (any Error)? = error
        for _ in 0..<2000 {
            guard let one = current else { break }
            if let error = one as? TemplateError {
                root = error
                if let place = place(error) { places.append(place) }
                current = error.cause
            } else {
                current = (one as? WrappedError)?.cause
            }
        }
        var failure = TemplateFailure(reason: reason(root), places: shortened(places), function: root.function)
        failure.value = value(root)
        if failure.value?.type != "nothing", failure.reason.hasPrefix("range can't iterate over ") {
            failure.reason = "range can't iterate over a value of this type"
        }
        failure.advice = advice(root, failure)
        return failure
    }

    private func place(_ error: TemplateError) -> TemplateFailure.Place? {
        guard let line = error.line else { return nil }
        let executing = error.executing.flatMap { $0 == error.template ? nil : $0 }
        return TemplateFailure.Place(
            file: error.template, line: line, column: error.column, template: executing, expression: error.context.map { String($0.prefix(200)) },
            source: text(error.template).flatMap { Self.line(line, of: $0) })
    }

    /// A recursion a thousand deep is told by its ends.
    private func shortened(_ places: [TemplateFailure.Place]) -> [TemplateFailure.Place] {
        places.count > 20 ? Array(places.prefix(5) + places.suffix(10)) : places
    }

    private static func line(_ number: Int, of text: String) -> String? {
        var rest = text.utf8[...]
        for _ in 1..<max(1, number) {
            guard let end = rest.firstIndex(of: 0x0a) else { return nil }
            rest = rest[rest.index(after: end)...]
        }
        var line = rest.prefix { $0 != 0x0a }
        if line.last == 0x0d { line = line.dropLast() }
        return String(Substring(line))
    }

    private func reason(_ error: TemplateError) -> String {
        guard error.kind == .call, let function = error.function, let cause = error.cause else { return error.message }
        if let refusal = cause as? Refusal { return refusal.message }
        return "\(function): \(cause)"
    }

    // MARK: The value at fault

    private func value(_ error: TemplateError) -> TemplateFailure.Value? {
        let message = error.message
        guard let context = error.context else { return nil }
        if let name = message.after("nil pointer evaluating interface {}.") { return value(at: before(name, in: context), nil) }
        if let rest = message.after("can't evaluate field "), let (name, type) = rest.cut(" in type ") {
            return value(at: before(name, in: context), type)
        }
        if let rest = message.after("wrong type for value; expected "), let (_, type) = rest.cut("; got ") { return value(at: context, type) }
        if message.hasPrefix("invalid value; expected ") { return value(at: context, nil) }
        if message.hasPrefix("range can't iterate over ") { return value(at: context, "") }
        return nil
    }

    /// What stands before a name in a chain of fields.
    private func before(_ name: String, in context: String) -> String {
        let fields = goSplit(context, ".")
        guard let index = fields.lastIndex(of: name), index > 0 else { return context }
        let path = fields[..<index].joined(separator: ".")
        return path.isEmpty ? "." : path
    }

    /// A path with its type: that of the values where it leads there, else as Go has it.
    private func value(at path: String, _ type: String?) -> TemplateFailure.Value? {
        guard path.hasPrefix(".") || path.hasPrefix("$"), !path.contains(" ") else { return nil }
        let word = type.map { $0 == "interface {}" ? "" : Self.word($0) } ?? "nothing"
        guard let found = keys(of: path).flatMap(lookup) else {
            return word.isEmpty ? nil : TemplateFailure.Value(path: path, type: word)
        }
        if type == nil { return found.isNil ? TemplateFailure.Value(path: path, type: "nothing") : nil }
        return TemplateFailure.Value(path: path, type: Self.word(found.isNil ? "interface {}" : found.typeName))
    }

    /// `.Values.a.b` and `$.Values.a.b` as keys.
    private func keys(of path: String) -> [String]? { Self.keys(of: path) }

    static func keys(of path: String) -> [String]? {
        let rest = path.hasPrefix("$") ? String(path.dropFirst()) : path
        guard rest == ".Values" || rest.hasPrefix(".Values.") else { return nil }
        return goSplit(String(rest.dropFirst(".Values".utf8.count)), ".").filter { !$0.isEmpty }
    }

    private func lookup(_ keys: [String]) -> Datum? {
        guard let values else { return nil }
        var value = Datum.map(values)
        for key in keys {
            guard case .map(let map) = value else { return .null }
            value = map[key] ?? .null
        }
        return value
    }

    private static func word(_ type: String) -> String {
        switch type {
        case "interface {}": "nothing"
        case "string": "text"
        case "bool": "a boolean"
        case "int", "int64", "float64", "uint8", "uint64": "a number"
        case "common.Values": "a map"
        case _ where type.hasPrefix("map["): "a map"
        case _ where type.hasPrefix("[]"): "a list"
        default: type
        }
    }

    // MARK: What to do

    private func advice(_ error: TemplateError, _ failure: TemplateFailure) -> String? {
        let message = error.message
        if let rest = message.after("function \""), let (name, _) = rest.cut("\" not defined") {
            return Basics.nearest(to: name, among: FunctionLibrary.names.order).map { "did you mean the function \"\($0)\"?" }
        }
        for (start, end) in [("no template \"", "\" associated"), ("template \"", "\" not defined")] {
            guard let rest = message.after(start), let (name, _) = rest.cut(end) else { continue }
            return Basics.nearest(to: name, among: names).map { "did you mean the template \"\($0)\"?" }
                ?? "no file of the chart or its dependencies defines it"
        }
        switch error.kind {
        case .budget: return "the template does more than a chart may; look for a loop or an include without end"
        case .call, .syntax, .unknownTemplate: return nil
        case .execution: break
        }
        guard let value = failure.value else { return nil }
        guard value.type == "nothing" else {
            return message.hasPrefix("can't evaluate field ") ? "a map belongs there: write it as one in the values" : nil
        }
        if let keys = keys(of: value.path), let misspelt = misspelling(keys) { return misspelt }
        return "set \(value.path) in the values, or guard it with \"with\" or \"default\""
    }

    /// A key that is nearly the one that is missing.
    private func misspelling(_ keys: [String]) -> String? {
        for (index, key) in keys.enumerated() {
            guard case .map(let map)? = lookup(Array(keys[..<index])), map[key] == nil else { continue }
            let path = ([".Values"] + keys[..<index]).joined(separator: ".")
            return Basics.nearest(to: key, among: map.sortedKeys).map { "\(path) has no key \"\(key)\", did you mean \"\($0)\"?" }
        }
        return nil
    }
}

extension String {
    /// What follows a text that this one begins with.
    fileprivate func after(_ start: String) -> String? { hasPrefix(start) ? String(dropFirst(start.count)) : nil }

    fileprivate func cut(_ separator: String) -> (String, String)? {
        let parts = goSplit(self, separator, limit: 2)
        guard parts.count == 2 else { return nil }
        return (parts[0], parts[1])
    }
}

extension ChartError {
    /// Says who gave the value at fault. `charts` are the names of the subcharts that lead to the failing file's.
    func tracing(_ chart: Chart, values: [Value], set: [SetValue], charts: [String]) -> ChartError {
        guard let value = failure?.value, let own = FailureFacts.keys(of: value.path) else { return self }
        var error = self
        for count in (1..<max(1, own.count + 1)).reversed() {
            let keys = Array(own.prefix(count))
            guard let giver = Self.giver(of: charts + keys, inner: keys, chart, values, set, charts) else { continue }
            error.failure?.value?.given = ((value.path.hasPrefix("$") ? "$.Values." : ".Values.") + keys.joined(separator: "."), giver)
            break
        }
        return error
    }

    private static func giver(
        of keys: [String], inner: [String], _ chart: Chart, _ values: [Value], _ set: [SetValue], _ charts: [String]
    ) -> TemplateFailure.Giver? {
        for option in SetValue.inOrder(set).reversed() {
            let map = DatumMap()
            guard (try? option.apply(to: map)) != nil, let last = keys.last else { continue }
            if map.table(keys.dropLast())?[last] != nil { return .option(option.option) }
        }
        for (index, file) in values.enumerated().reversed() where has(keys[...], file) { return .valuesFile(index + 1) }
        var chart: Chart? = chart
        for depth in 0...charts.count {
            guard let one = chart else { return nil }
            if has(keys.dropFirst(depth), .mapping(one.values)) { return .chart(one.name) }
            chart = depth < charts.count ? one.dependencies.first { $0.name == charts[depth] } : nil
        }
        return nil
    }

    private static func has(_ keys: ArraySlice<String>, _ value: Value) -> Bool {
        var value = value
        for key in keys {
            guard let next = value.mapping?[key] else { return false }
            value = next
        }
        return true
    }
}
