/// libyaml's message in words that say what is wrong with the file, not with
/// the parser's state.
struct YAMLProblem {
    var text: String
    var expected: String?

    /// `character` is the one at the problem's place.
    init(problem: String, context: String?, contextLine: Int, character: Unicode.Scalar?) {
        let place = " (the one that begins on line \(contextLine))"
        switch problem {
        case "found character that cannot start any token":
            if character == "\t" {
                text = "a tab is not allowed here"
                expected = "spaces"
            } else {
                text = "\"\(character.map { String($0) } ?? "")\" cannot begin a value"
                expected = "quotes around a text that begins with it"
            }
        case "found a tab character that violates indentation", "found a tab character where an indentation space is expected":
            text = "a tab is not allowed as indentation"
            expected = "spaces"
        case "did not find expected key":
            text = "this line does not fit the mapping around it" + place
            expected = "a key at the mapping's own indentation"
        case "did not find expected '-' indicator":
            text = "this line does not fit the sequence around it" + place
            expected = "\"- \" at the sequence's own indentation"
        case "could not find expected ':'":
            text = "a key without a value" + (context == nil ? "" : place)
            expected = "\":\" behind the key"
        case "mapping values are not allowed in this context":
            text = "\": \" is not allowed here"
            expected = "quotes around a text with \": \" in it, or the key on a line of its own"
        case "block sequence entries are not allowed in this context":
            text = "\"- \" is not allowed here"
            expected = "the sequence on a line of its own"
        case "found unexpected end of stream":
            text =
                context.map { $0.contains("quoted") } ?? false
                ? "a quoted text is not closed" + place : "the text ends in the middle of a value"
            expected = context.map { $0.contains("quoted") } ?? false ? "the closing quote" : nil
        case "found unexpected document indicator":
            text = "a new document begins inside a quoted text" + place
            expected = "the closing quote"
        case "did not find expected ',' or ']'":
            text = "the sequence in brackets is not closed or lacks a comma" + place
            expected = "\",\" or \"]\""
        case "did not find expected ',' or '}'":
            text = "the mapping in braces is not closed or lacks a comma" + place
            expected = "\",\" or \"}\""
        case "did not find expected <document start>":
            text = "text behind the end of the document"
            expected = "\"---\" before a new document"
        case "did not find expected node content":
            text = "nothing that could be a value"
            expected = "a value"
        case "found unknown escape character":
            text = "an escape that double quotes do not know"
            expected = "\"\\\\\" for a backslash, or single quotes around the text"
        case "found undefined tag handle":
            text = "a tag whose prefix is not declared"
        case "exceeded maximum depth":
            text = problem
        default:
            text = problem + (context.map { " \($0)" } ?? "")
        }
    }
}
