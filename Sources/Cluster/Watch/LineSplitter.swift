/// Cuts a stream of bytes into lines, wherever its pieces break.
package struct LineSplitter: Sendable {
    /// A line that is longer than allowed; the stream is of no more use.
    package struct TooLong: Error, Sendable, Hashable { package var limit: Int }

    private var rest: [UInt8] = []
    private let limit: Int

    package init(limit: Int) { self.limit = limit }

    /// The lines that `piece` ends, without their line feeds; empty ones left out.
    package mutating func add(_ piece: [UInt8]) throws(TooLong) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = piece.startIndex
        while let end = piece[start...].firstIndex(of: UInt8(ascii: "\n")) {
            let part = piece[start..<end]
            if rest.count + part.count > limit { throw TooLong(limit: limit) }
            let line = rest.isEmpty ? Array(part) : rest + part
            rest = []
            if !line.isEmpty { lines.append(line) }
            start = piece.index(after: end)
        }
        if rest.count + piece.count - start > limit { throw TooLong(limit: limit) }
        rest += piece[start...]
        return lines
    }

    /// What stands after the last line feed: something only where the stream broke off.
    package var remainder: [UInt8] { rest }
}
