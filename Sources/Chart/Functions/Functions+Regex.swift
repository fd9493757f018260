internal import RegularExpression
internal import Template

extension FunctionTable {
    /// Sprig's regular expressions. The plain forms panic on a bad pattern, the `must` forms fail; both are errors here.
    mutating func registerRegularExpressions() {
        let patterns = PatternCache()
        register("regexMatch", .string, .string) { execution, a in
            // The one that takes a bad pattern for no match.
            try patterns.charge(a.string(0), execution)
            return .bool((try? patterns.compiled(a.string(0)))?.matches(a.string(1)) ?? false)
        }
        register("mustRegexMatch", .string, .string) { execution, a in
            try patterns.charge(a.string(0), execution)
            return .bool(try patterns.compiled(a.string(0)).matches(a.string(1)))
        }
        pair("regexFind", "RegexFind", patterns, .string, .string) { pattern, a in .string(pattern.find(a.string(1)) ?? "") }
        pair("regexFindAll", "RegexFindAll", patterns, .string, .string, .int) { pattern, a in
            .strings(pattern.findAll(a.string(1), limit: a.int(2) < 0 ? Limits.items + 1 : min(a.int(2), Limits.items + 1)))
        }
        pair("regexReplaceAll", "RegexReplaceAll", patterns, .string, .string, .string) { pattern, a in
            .string(pattern.replaceAll(a.string(1), with: a.string(2)))
        }
        pair("regexReplaceAllLiteral", "RegexReplaceAllLiteral", patterns, .string, .string, .string) { pattern, a in
            .string(pattern.replaceAllLiteral(a.string(1), with: a.string(2)))
        }
        pair("regexSplit", "RegexSplit", patterns, .string, .string, .int) { pattern, a in
            .strings(pattern.split(a.string(1), limit: a.int(2) < 0 ? Limits.items + 2 : min(a.int(2), Limits.items + 2)))
        }
        register("regexQuoteMeta", .string) { _, a in .string(RegularExpression.quoteMeta(a.string(0))) }
    }

    private mutating func pair(
        _ name: String, _ mustName: String, _ patterns: PatternCache, _ parameters: ParameterType...,
        body: @escaping (RegularExpression, [Datum]) throws -> Datum
    ) {
        register(name, parameters, rest: nil) { execution, a in
            try patterns.charge(a.string(0), execution)
            do {
                return try body(try patterns.compiled(a.string(0)), a)
            } catch let error as RegularExpressionError {
                throw FunctionError("regexp: Compile(\(goBackquoted(a.string(0)))): \(error.description)")
            }
        }
        register("must" + mustName, parameters, rest: nil) { execution, a in
            try patterns.charge(a.string(0), execution)
            return try body(try patterns.compiled(a.string(0)), a)
        }
    }
}

/// As `regexp.MustCompile` quotes a pattern: in back quotes where Go could.
private func goBackquoted(_ text: String) -> String {
    let canBackquote = text.unicodeScalars.allSatisfy { $0 != "`" && ($0 == "\t" || ($0.value >= 0x20 && $0.value != 0x7f && $0.value != 0xfeff)) }
    return canBackquote ? "`\(text)`" : goQuoted(text)
}

/// Patterns compiled once per render.
private final class PatternCache {
    private var patterns: [String: RegularExpression] = [:]

    /// Takes from the budget what compiling the pattern costs, a counted repetition more than its few letters tell.
    func charge(_ pattern: String, _ execution: Execution) throws {
        guard patterns[pattern] == nil else { return }
        let repetitions = pattern.utf8.reduce(0) { $1 == UInt8(ascii: "{") ? $0 + 1 : $0 }
        try execution.spend(1000 + pattern.utf8.count.multipliedClamped(by: 20))
        try execution.spend(repetitions.multipliedClamped(by: 100_000))
    }

    func compiled(_ pattern: String) throws -> RegularExpression {
        if let known = patterns[pattern] { return known }
        let compiled = try RegularExpression(pattern)
        if patterns.count > 200 { patterns.removeAll() }
        patterns[pattern] = compiled
        return compiled
    }
}
