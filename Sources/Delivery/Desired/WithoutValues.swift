internal import Chart
internal import Document
internal import Kubernetes

/// Whether a text may be (or make) a Secret. Where a mistake keeps it from being read, nobody can know better.
func mayHoldSecret(_ text: some Collection<UInt8>) -> Bool { text.contains(Array("Secret".utf8)) }

/// A message without what it quotes, for texts whose values must not be shown.
///
/// - Parameter kept: quotations that are no values, such as the file's name.
func withoutQuotations(_ message: String, keeping kept: Set<String> = []) -> String {
    var result = ""
    var rest = Substring(message)
    while let first = rest.popFirst() {
        result.append(first)
        guard first == "\"" || first == "`" || first == "'", first != "'" || !(result.dropLast().last?.isLetter ?? false) else { continue }
        var inside = ""
        var isClosed = false
        while let next = rest.popFirst() {
            if next == first {
                isClosed = true
                break
            }
            inside.append(next)
            if next == "\\", let escaped = rest.popFirst() { inside.append(escaped) }
        }
        // Signs, such as ": " or "-", are the parser's own.
        let isSign = inside.count <= 2 && !inside.contains { $0.isLetter || $0.isNumber }
        result += isClosed && (isSign || kept.contains(inside)) ? inside : secretMask
        result.append(first)
    }
    return result
}

extension DocumentError {
    /// The same mistake at the same place, with nothing of the text in it.
    var withoutValues: DocumentError {
        var error = self
        switch problem {
        case .unknownAlias:
            error.problem = .syntax("an alias without an anchor")
            error.expected = "quotes around a text that begins with \"*\""
        case .duplicateKey: error.problem = .syntax("a key that was there before")
        case .syntax(let text): error.problem = .syntax(withoutQuotations(text))
        case .invalidKey: error.problem = .invalidKey(.null)
        case .nullKey: error.problem = .nullKey(value: .null)
        case .notText, .notMergeable, .notEditable, .limit: break
        }
        return error
    }
}

extension FieldProblem {
    /// The same mistake without the value that has it.
    var withoutValues: FieldProblem {
        var problem = self
        switch kind {
        case .unsupported(_, let supported): problem.kind = .unsupported(value: .string(secretMask), supported: supported)
        case .invalid(let value, let text): problem.kind = .invalid(value: value.map { _ in .string(secretMask) }, text)
        case .duplicate: problem.kind = .invalid(value: nil, "duplicate entries")
        case .unknownField, .wrongType, .missing: break
        }
        return problem
    }
}

extension AnnotationError {
    /// The same mistake without the value that has it; what is near to a value tells it too.
    var withoutValues: AnnotationError {
        guard value != nil else { return self }
        return AnnotationError(annotation, value: secretMask, expected: expected)
    }
}

extension ChartError {
    /// The message without quotations where the file at fault makes Secrets or holds values.
    func messageWithoutValues(in chart: Chart?) -> String {
        guard let file, !file.isEmpty else { return message }
        let inside = pathInChart(file)
        let isValues = inside.hasSuffix("values.yaml")
        let makesSecrets = chart.map { $0.makesSecret(file: file, message) } ?? false
        return isValues || makesSecrets ? withoutQuotations(message, keeping: [file, inside]) : message
    }
}

extension Chart {
    /// Whether a template that is at fault, or on the way to the fault, may make a Secret.
    fileprivate func makesSecret(file: String, _ message: String, depth: Int = 0) -> Bool {
        let isHere = templates.contains { template in
            (file.hasSuffix("/\(template.path)") || message.contains("/\(template.path)")) && mayHoldSecret(template.bytes)
        }
        return isHere || depth < 20 && dependencies.contains { $0.makesSecret(file: file, message, depth: depth + 1) }
    }
}
