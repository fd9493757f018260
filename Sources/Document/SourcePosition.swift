/// A place in a file: line and column count from 1 and in Unicode scalars, the
/// offset from 0 and in bytes.
package struct SourcePosition: Sendable, Hashable {
    package var line: Int
    package var column: Int
    package var offset: Int

    package init(line: Int, column: Int, offset: Int) {
        self.line = line
        self.column = column
        self.offset = offset
    }
}

/// A stretch of a file, its end not included.
package struct SourceRange: Sendable, Hashable {
    package var start: SourcePosition
    package var end: SourcePosition

    package init(start: SourcePosition, end: SourcePosition) {
        self.start = start
        self.end = end
    }

    /// The bytes of the file it covers.
    package var bytes: Range<Int> { start.offset..<max(start.offset, end.offset) }
}
