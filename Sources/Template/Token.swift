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

        static func keyword(_ word: String) -> Kind? {
            switch word {
            case "block": .block
            case "break": .breakKeyword
            case "continue": .continueKeyword
            case "define": .define
            case "else": .elseKeyword
            case "end": .endKeyword
            case "if": .ifKeyword
            case "nil": .nilKeyword
            case "range": .range
            case "template": .template
            case "with": .with
            default: nil
            }
        }
    }

    var kind: Kind
    /// Bytes before it in the text.
    var position: Int
    var text: String
    var line: Int

    /// As Go's parse errors print it.
    var description: String {
        switch kind {
        case .end: return "EOF"
        case .error: return text
        case _ where kind.isKeyword: return "<\(text)>"
        default:
            guard text.utf8.count > 10 else { return goQuoted(text) }
            var start = String.UnicodeScalarView()
            start.append(contentsOf: text.unicodeScalars.prefix(10))
            return goQuoted(String(start)) + "..."
        }
    }
}
