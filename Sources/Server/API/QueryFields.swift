internal import Basics
internal import HTTPTypes
internal import Hummingbird

/// A query whose parameters are all accounted for, each read as what it must be.
struct QueryFields {
    private let values: [String: String]

    init(_ request: Request, known: [String]) throws(APIFailure) { values = try Routes.query(request, known: known) }

    /// Nil where it is not said, or "".
    func text(_ name: String, most: Int = 253) throws(APIFailure) -> String? {
        guard let text = values[name], !text.isEmpty else { return nil }
        guard text.utf8.count <= most else {
            throw APIFailure(.badRequest, "badRequest", "\"\(name)\" is over \(most) bytes", advice: "say it in fewer words")
        }
        return text
    }

    func required(_ name: String, most: Int = 253, example: String) throws(APIFailure) -> String {
        guard let text = try text(name, most: most) else {
            throw APIFailure(.badRequest, "badRequest", "the query parameter \"\(name)\" is missing", advice: "add ?\(name)=\(example)")
        }
        return text
    }

    /// RFC 3339; a "+" of an offset that came as a space is one.
    func time(_ name: String) throws(APIFailure) -> Timestamp? {
        guard let text = try text(name, most: 64) else { return nil }
        guard let time = Timestamp(text) ?? Timestamp(text.replacing(" ", with: "+")) else {
            throw wrong(name, text, "a time such as 2026-11-21T05:12:33Z")
        }
        return time
    }

    func number(_ name: String, _ range: ClosedRange<Int>, otherwise: Int) throws(APIFailure) -> Int {
        guard let text = try text(name, most: 64) else { return otherwise }
        guard let number = Int(text), range.contains(number) else { throw wrong(name, text, "a number from \(range.lowerBound) to \(range.upperBound)") }
        return number
    }

    func flag(_ name: String) throws(APIFailure) -> Bool {
        guard let text = try text(name, most: 64) else { return false }
        guard let flag = ["true": true, "false": false][text] else { throw wrong(name, text, "true or false") }
        return flag
    }

    /// Words of a list, separated by commas.
    func choices<Choice: RawRepresentable & CaseIterable & Hashable>(_ name: String, _ type: Choice.Type) throws(APIFailure) -> Set<Choice>
    where Choice.RawValue == String {
        var chosen: Set<Choice> = []
        for word in (try text(name) ?? "").split(separator: ",").map(String.init) {
            guard let choice = Choice(rawValue: word) else { throw wrong(name, word, Choice.allCases.map(\.rawValue).joined(separator: ", ")) }
            chosen.insert(choice)
        }
        return chosen
    }

    func wrong(_ name: String, _ text: String, _ expected: String) -> APIFailure {
        APIFailure(.badRequest, "badRequest", "\"\(name)\" is \"\(shortened(text))\"", advice: "write \(expected)")
    }
}
