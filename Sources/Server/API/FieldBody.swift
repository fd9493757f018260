internal import Basics
internal import Document
internal import HTTPTypes

/// A JSON object whose fields are all accounted for: a misspelt one is refused, never ignored.
struct FieldBody {
    private let fields: Mapping

    /// - Parameters:
    ///   - known: the fields there may be.
    init(_ bytes: [UInt8], known: [String]) throws(APIFailure) {
        let advice = known.isEmpty ? "send {}, or no body" : "the fields are \(known.map { "\"\($0)\"" }.joined(separator: ", "))"
        func refused(_ message: String) -> APIFailure { APIFailure(.badRequest, "badRequest", message, advice: advice) }
        let value: Value
        do throws(DocumentError) {
            value = bytes.allSatisfy({ $0 == 0x20 || (9...13).contains($0) }) ? [:] : try JSON.parse(bytes, maxDepth: 16)
        } catch {
            throw refused("the body is no JSON: \(error)")
        }
        guard let fields = value.mapping else { throw refused("the body is \(value.kindName), not a mapping") }
        for key in fields.keys where !known.contains(key) {
            let hint = nearest(to: key, among: known).map { "did you mean \"\($0)\"?" }
            throw APIFailure(.badRequest, "badRequest", "unknown field \"\(shortened(key))\"", advice: hint ?? advice)
        }
        self.fields = fields
    }

    func text(_ name: String, most: Int) throws(APIFailure) -> String? {
        guard let value = fields[name], !value.isNull else { return nil }
        guard let text = value.string else { throw wrong(name, value, "a string") }
        guard text.utf8.count <= most else {
            throw APIFailure(.badRequest, "badRequest", "\"\(name)\" is over \(most) bytes", advice: "say it in fewer words")
        }
        return text
    }

    func required(_ name: String, most: Int, example: String) throws(APIFailure) -> String {
        guard let text = try text(name, most: most), !text.isEmpty else {
            throw APIFailure(.badRequest, "badRequest", "the field \"\(name)\" is missing", advice: "send {\"\(name)\": \"\(example)\"}")
        }
        return text
    }

    func flag(_ name: String) throws(APIFailure) -> Bool {
        guard let value = fields[name], !value.isNull else { return false }
        guard let flag = value.bool else { throw wrong(name, value, "true or false") }
        return flag
    }

    /// A mapping of texts.
    func texts(_ name: String, most: Int) throws(APIFailure) -> [String: String] {
        guard let value = fields[name], !value.isNull else { return [:] }
        guard let mapping = value.mapping else { throw wrong(name, value, "a mapping of strings") }
        guard mapping.count <= most else {
            throw APIFailure(.badRequest, "badRequest", "\"\(name)\" has over \(most) entries", advice: "send fewer")
        }
        var texts: [String: String] = [:]
        for entry in mapping {
            guard let text = entry.value.string else { throw wrong("\(name).\(shortened(entry.key))", entry.value, "a string") }
            texts[entry.key] = text
        }
        return texts
    }

    private func wrong(_ name: String, _ value: Value, _ expected: String) -> APIFailure {
        APIFailure(.badRequest, "badRequest", "\"\(name)\" is \(value.kindName)", advice: "send \(expected)")
    }
}

/// What somebody sent, short enough to be sent back.
func shortened(_ text: String) -> String { text.count > 80 ? text.prefix(80) + "…" : text }
