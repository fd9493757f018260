internal import CYAML

/// libyaml's events, one at a time, with its errors made ours.
///
/// The parser lives on the heap: by value its 480 bytes would be copied at each
/// call. The bytes must outlive it, so its only users open it inside
/// `withUnsafeBufferPointer`.
struct YAMLEvents: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    let event: UnsafeMutablePointer<yaml_event_t>
    private let file: String
    private var text: SourceText

    init(_ bytes: UnsafeBufferPointer<UInt8>, file: String) {
        parser = .allocate(capacity: 1)
        event = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        event.initialize(to: yaml_event_t())
        self.file = file
        // libyaml would count a byte order mark as a column.
        let skipped = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        text = SourceText(bytes, skipped: skipped)
        // Fails only where memory does; every later call then fails too.
        yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        let rest = UnsafeBufferPointer(rebasing: bytes[skipped...])
        yaml_parser_set_input_string(parser, rest.baseAddress ?? UnsafePointer(bitPattern: 1), rest.count)
    }

    deinit {
        yaml_event_delete(event)
        yaml_parser_delete(parser)
        event.deallocate()
        parser.deallocate()
    }

    @inline(__always)
    mutating func next() throws(DocumentError) -> yaml_event_type_t {
        yaml_event_delete(event)
        if yaml_parser_parse(parser, event) == 0 { throw failure() }
        return event.pointee.type
    }

    @inline(__always)
    mutating func position(_ mark: yaml_mark_t) -> SourcePosition {
        SourcePosition(
            line: Int(truncatingIfNeeded: mark.line) &+ 1, column: Int(truncatingIfNeeded: mark.column) &+ 1,
            offset: text.byteOffset(ofCharacter: Int(truncatingIfNeeded: mark.index)))
    }

    mutating func range() -> SourceRange {
        SourceRange(start: position(event.pointee.start_mark), end: position(event.pointee.end_mark))
    }

    /// The position of a line and a column that count from 0, found by reading
    /// the text again: for errors.
    func position(line: Int, column: Int) -> SourcePosition {
        SourcePosition(line: line + 1, column: column + 1, offset: text.byteOffset(line: line, column: column))
    }

    private mutating func failure() -> DocumentError {
        let problem = parser.pointee.problem.map { String(cString: $0) } ?? "cannot be read"
        var error = failure(problem)
        let isReader = parser.pointee.error == YAML_READER_ERROR
        error.parser = ParserFault(
            problem: problem, line: isReader ? 0 : Int(truncatingIfNeeded: parser.pointee.problem_mark.line),
            contextLine: isReader ? 0 : Int(truncatingIfNeeded: parser.pointee.context_mark.line),
            isScanner: parser.pointee.error == YAML_SCANNER_ERROR, isReader: isReader)
        return error
    }

    private mutating func failure(_ problem: String) -> DocumentError {
        switch parser.pointee.error {
        case YAML_READER_ERROR:
            let offset = Int(truncatingIfNeeded: parser.pointee.problem_offset) &+ text.skipped
            let position = SourceText.position(of: offset, in: text.bytes, skipped: text.skipped)
            let value = parser.pointee.problem_value
            let isText = !text.bytes.contains(0) && String(validating: text.bytes, as: UTF8.self) != nil
            if value > 0, isText, problem.contains("control characters") {
                let code = String(value, radix: 16, uppercase: true)
                let name = "U+" + String(repeating: "0", count: max(0, 4 - code.count)) + code
                return DocumentError(.syntax("the control character \(name) is not allowed in YAML"), file: file, position: position)
            }
            return DocumentError(.notText, file: file, position: position)
        case YAML_MEMORY_ERROR:
            return DocumentError(.syntax("not enough memory"), file: file, position: nil)
        default:
            let place = position(parser.pointee.problem_mark)
            let words = YAMLProblem(
                problem: problem, context: parser.pointee.context.map { String(cString: $0) },
                contextLine: Int(truncatingIfNeeded: parser.pointee.context_mark.line) &+ 1,
                character: text.character(at: place.offset))
            return DocumentError(.syntax(words.text), file: file, position: place, expected: words.expected)
        }
    }
}
