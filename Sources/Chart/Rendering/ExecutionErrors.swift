internal import Template

/// The errors of templates as Helm prints them: it takes Go's text apart and lays it
/// out in lines, one place below the other; where it cannot, Go's text stays.
enum ExecutionErrors {
    static func syntax(_ error: TemplateError, file: String) -> ChartError {
        let text = error.description
        let tokens = goSplit(text, ": ")
        let message =
            tokens.count == 1 ? "parse error in (\(file)): \(text)" : "parse error at (\(tokens[1])): \(tokens.last ?? "")"
        return ChartError(.syntax, file: error.template, line: error.line, column: error.column, message: message)
    }

    static func reshaped(_ error: any Error, file: String) -> ChartError {
        guard let error = error as? TemplateError else { return ChartError(.execution, file: file, message: "\(error)") }
        let place = error.root
        func result(_ kind: ChartError.Kind, _ message: String) -> ChartError {
            ChartError(kind, file: place.template, line: place.line, column: place.column, message: message)
        }
        let text = error.description
        let tokens = goSplit(text, ": ", limit: 3)
        guard tokens.count == 3 else { return result(.execution, "execution error in (\(file)): \(text)") }
        if let refusal = refusal(in: tokens[2]) {
            return ChartError(
                .refused, file: error.template, line: error.line, column: error.column,
                message: "execution error at (\(tokens[1])): \(refusal)")
        }
        var lines = ""
        var last: String?
        var current: (any Error)? = error
        for _ in 0..<2000 {
            guard let one = current else { break }
            guard let part = laidOut("\(one)") else { return result(.execution, text) }
            if part != last { lines += part }
            last = part
            current = (one as? TemplateError)?.cause
        }
        return result(.execution, trimmedSpace(lines))
    }

    /// What stands between the marks of `required` and `fail`.
    private static func refusal(in text: String) -> String? {
        let bytes = Array(text.utf8)
        guard let start = firstIndex(of: Array(Refusal.start.utf8), in: bytes, from: 0) else { return nil }
        let from = start + Refusal.start.utf8.count
        var end: Int?
        var search = from
        while let found = firstIndex(of: Array(Refusal.end.utf8), in: bytes, from: search) {
            end = found
            search = found + 1
        }
        return end.map { String(decoding: bytes[from..<$0], as: UTF8.self) }
    }

    private static func laidOut(_ text: String) -> String? {
        guard text.hasPrefix("template: ") else { return nil }
        let rest = String(text.dropFirst("template: ".count))
        if rest.hasPrefix("no template ") { return text + "\n" }
        if let (place, after) = cut(rest, ": executing ") {
            guard after.hasPrefix("\""), let (name, tail) = cut(String(after.dropFirst()), "\""), tail.hasPrefix(" at <"),
                let (context, message) = cut(String(tail.dropFirst(" at <".count)), ">: ")
            else { return simple(rest) }
            return "\(place)\n  executing \"\(name)\" at <\(context)>:\n    \(withoutChain(message))\n"
        }
        return simple(rest)
    }

    private static func simple(_ text: String) -> String? {
        var parts = goSplit(text, ": ")
        guard parts.count > 1 else { return nil }
        let message = parts.removeLast()
        return "\(parts.joined(separator: ": "))\n  \(withoutChain(message))\n"
    }

    private static func withoutChain(_ message: String) -> String { cut(message, " template:")?.before ?? message }

    private static func cut(_ text: String, _ separator: String) -> (before: String, after: String)? {
        let parts = goSplit(text, separator, limit: 2)
        guard parts.count == 2 else { return nil }
        return (parts[0], parts[1])
    }
}
