/// A pattern over whole tags: `*` is any run of characters, also none, `?` is
/// any one character, `\` takes the next one as it stands.
///
/// Flux v1's globs (ryanuber/go-glob) know `*` only. None of the other two can
/// stand in a tag, so a pattern of Flux's that matched anything means the same
/// here. (go-glob also lets `a*b` match "a"; that slip is not repeated.)
struct GlobPattern: Sendable {
    enum Part: Sendable, Hashable {
        case byte(UInt8)
        case anyOne
        case anyRun
    }

    /// What is wrong, and at which character, counted from 1.
    struct Malformed: Error {
        var problem: String
        var character: Int
    }

    private(set) var parts: [Part] = []

    init(_ text: String) throws(Malformed) {
        var isEscaped = false
        var character = 0
        for scalar in text.unicodeScalars {
            character += 1
            if !isEscaped, scalar == "\\" {
                isEscaped = true
            } else if !isEscaped, scalar == "*" {
                if parts.last != .anyRun { parts.append(.anyRun) }
            } else if !isEscaped, scalar == "?" {
                parts.append(.anyOne)
            } else {
                guard let byte = UInt8(exactly: scalar.value), isTagByte(byte) else {
                    throw Malformed(problem: "no tag has the character \"\(printable(String(scalar)))\"", character: character)
                }
                isEscaped = false
                parts.append(.byte(byte))
            }
        }
        if isEscaped { throw Malformed(problem: "nothing follows the backslash", character: character) }
    }

    /// The one tag that matches; nil where wildcards leave a choice.
    var onlyMatch: String? {
        var bytes: [UInt8] = []
        for part in parts {
            guard case .byte(let byte) = part else { return nil }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Only the last run is ever tried again, so that the time is bounded by the two lengths' product.
    func matches(_ tag: String) -> Bool {
        let text = Array(tag.utf8)
        var place = 0
        var part = 0
        var lastRun: (part: Int, place: Int)?
        while place < text.count {
            if part < parts.count, parts[part] == .anyRun {
                lastRun = (part, place)
                part += 1
            } else if part < parts.count, parts[part] == .anyOne || parts[part] == .byte(text[place]) {
                part += 1
                place += 1
            } else if let run = lastRun {
                lastRun = (run.part, run.place + 1)
                part = run.part + 1
                place = run.place + 1
            } else {
                return false
            }
        }
        return parts.dropFirst(part).allSatisfy { $0 == .anyRun }
    }
}
