/// One word of a template.
struct Token {
    enum Kind {
        case error, end, text, leftDelimiter, rightDelimiter, space
        case bool, character, charConstant, complex, assign, declare
        case field, identifier, leftParen, rightParen, number, pipe, rawString, string, variable
        // Keywords.
        case dot, block, breakKeyword, continueKeyword, define, elseKeyword, endKeyword, ifKeyword
        case nilKeyword, range, template, with

        var isKeyword: Bool {
            switch self {
            case .dot, .block, .breakKeyword, .continueKeyword, .define, .elseKeyword, .endKeyword, .ifKeyword,
                .nilKeyword, .range, .template, .with:
                true
            default: false
            }
        }

        /// The keyword that a word is; the length and the first letter tell most words apart.
        static func keyword(_ word: ArraySlice<UInt8>) -> Kind? {
            guard let first = word.first else { return nil }
            let candidate: (word: String, kind: Kind)
            switch (word.count, Unicode.Scalar(first)) {
            case (2, "i"): candidate = ("if", .ifKeyword)
            case (3, "e"): candidate = ("end", .endKeyword)
            case (3, "n"): candidate = ("nil", .nilKeyword)
            case (4, "e"): candidate = ("else", .elseKeyword)
            case (4, "w"): candidate = ("with", .with)
            case (4, "t"): candidate = ("true", .bool)
            case (5, "r"): candidate = ("range", .range)
            case (5, "f"): candidate = ("false", .bool)
            case (5, "b"): candidate = word.dropFirst().first == UInt8(ascii: "l") ? ("block", .block) : ("break", .breakKeyword)
            case (6, "d"): candidate = ("define", .define)
            case (8, "t"): candidate = ("template", .template)
            case (8, "c"): candidate = ("continue", .continueKeyword)
            default: return nil
            }
            return word.elementsEqual(candidate.word.utf8) ? candidate.kind : nil
        }
    }

    var kind: Kind
    /// The bytes of the text that it is, from and up to. Its words are read only when they are needed.
    private var startByte: Int32
    private var endByte: Int32
    private var lineNumber: Int32

    var start: Int {
        get { Int(startByte) }
        set { startByte = Int32(truncatingIfNeeded: newValue) }
    }
    var end: Int { Int(endByte) }
    var line: Int { Int(lineNumber) }

    init(kind: Kind, start: Int, end: Int, line: Int) {
        self.kind = kind
        startByte = Int32(truncatingIfNeeded: start)
        endByte = Int32(truncatingIfNeeded: end)
        lineNumber = Int32(truncatingIfNeeded: line)
    }
}
