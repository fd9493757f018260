/// The last paragraph of a commit's message: `Key: value` by line, as
/// `git interpret-trailers` has them.
package struct Trailers: Sendable, Hashable {
    package struct Trailer: Sendable, Hashable {
        package var key: String
        package var value: String

        package init(_ key: String, _ value: String) { (self.key, self.value) = (key, value) }
    }

    package var all: [Trailer] = []

    package init(_ all: [Trailer] = []) { self.all = all }

    /// Of a message; none where the last paragraph is something else. Only a
    /// paragraph of trailers alone counts, and the subject is never one.
    package init(of message: String) {
        var paragraphs: [[Substring]] = [[]]
        for line in message.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
            if line.allSatisfy({ $0 == " " || $0 == "\t" }) {
                if paragraphs.last?.isEmpty == false { paragraphs.append([]) }
            } else {
                paragraphs[paragraphs.count - 1].append(line)
            }
        }
        if paragraphs.last?.isEmpty == true { paragraphs.removeLast() }
        guard paragraphs.count > 1, let last = paragraphs.last else { return }
        var found: [Trailer] = []
        for line in last {
            guard let trailer = Self.trailer(line) else { return }
            found.append(trailer)
        }
        all = found
    }

    private static func trailer(_ line: Substring) -> Trailer? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let key = line[..<colon]
        guard !key.isEmpty, key.utf8.allSatisfy({ isTagByte($0) && $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: ".") }) else { return nil }
        let value = line[line.index(after: colon)...].drop { $0 == " " }
        return Trailer(String(key), String(value))
    }

    /// All values of a key; git ignores its case.
    package subscript(_ key: String) -> [String] {
        all.filter { $0.key.lowercased() == key.lowercased() }.map(\.value)
    }

    /// A line each, whatever the values hold.
    package var text: String { all.map { "\($0.key): \(printable($0.value))\n" }.joined() }
}
