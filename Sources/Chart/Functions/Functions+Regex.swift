internal import RegularExpression
internal import Template

extension FunctionTable {
    /// Sprig's regular expressions. The plain forms panic on a bad pattern, the `must` forms fail; both are errors here.
    mutating func registerRegularExpressions() {
        let patterns = PatternCache()
        register("regexMatch", .string, .string) { _, a in
            // The one that takes a bad pattern for no match.
            .bool((try? patterns.compiled(a.string(0)))?.matches(a.string(1)) ?? false)
        }
        register("mustRegexMatch", .string, .string) { _, a in .bool(try patterns.compiled(a.string(0)).matches(a.string(1))) }
        pair("regexFind", "RegexFind", patterns, .string, .string) { pattern, a in .string(pattern.find(a.string(1)) ?? "") }
        pair("regexFindAll", "RegexFindAll", patterns, .string, .string, .int) { pattern, a in
            .strings(pattern.findAll(a.string(1), limit: a.int(2)))
        }
        pair("regexReplaceAll", "RegexReplaceAll", patterns, .string, .string, .string) { pattern, a in
            .string(pattern.replaceAll(a.string(1), with: a.string(2)))
        }
        pair("regexReplaceAllLiteral", "RegexReplaceAllLiteral", patterns, .string, .string, .string) { pattern, a in
            .string(pattern.replaceAllLiteral(a.string(1), with: a.string(2)))
        }
        pair("regexSplit", "RegexSplit", patterns, .string, .string, .int) { pattern, a in
            .strings(pattern.split(a.string(1), limit: a.int(2)))
        }
        register("regexQuoteMeta", .string) { _, a in .string(RegularExpression.quoteMeta(a.string(0))) }
    }

    private mutating func pair(
        _ name: String, _ mustName: String, _ patterns: PatternCache, _ parameters: ParameterType...,
        body: @escaping (RegularExpression, [Datum]) throws -> Datum
    ) {
        register(name, parameters, rest: nil) { _, a in
            do {
                return try body(try patterns.compiled(a.string(0)), a)
            } catch let error as RegularExpressionError {
                throw FunctionError("regexp: Compile(\(goBackquoted(a.string(0)))): \(error.description)")
            }
        }
        register("must" + mustName, parameters, rest: nil) { _, a in try body(try patterns.compiled(a.string(0)), a) }
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

    func compiled(_ pattern: String) throws -> RegularExpression {
        if let known = patterns[pattern] { return known }
        let compiled = try RegularExpression(pattern)
        if patterns.count > 1000 { patterns.removeAll() }
        patterns[pattern] = compiled
        return compiled
    }
}
