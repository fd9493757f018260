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

        /// The keyword that a word is; most words are told apart by their length.
        static func keyword(_ word: ArraySlice<UInt8>) -> Kind? {
            guard word.count > 1, word.count < 9, word.count != 7 else { return nil }
            return switch String(decoding: word, as: UTF8.self) {
            case "if": .ifKeyword
            case "end": .endKeyword
            case "else": .elseKeyword
            case "with": .with
            case "nil": .nilKeyword
            case "range": .range
            case "define": .define
            case "true", "false": .bool
            case "template": .template
            case "block": .block
            case "break": .breakKeyword
            case "continue": .continueKeyword
            default: nil
            }
        }
    }

    var kind: Kind
    /// The bytes of the text that it is, from and up to. Its words are read only when they are needed.
    var start: Int
    var end: Int
    var line: Int
}
