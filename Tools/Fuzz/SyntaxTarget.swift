import Chart
import HelmAnswers
import Template

/// The lexer and the parser of templates, with the names of all functions.
enum SyntaxTarget: FuzzTarget {
    static let name = "syntax"
    static let tokens = templateTokens

    static func seeds(from entry: AnswerCase) -> [[UInt8]] { entry.templates.map { Array($0.utf8) } }

    static func run(_ input: [UInt8]) {
        require(problem(input) == problem(input), "two parses of one text end differently")
    }

    private static func problem(_ text: [UInt8]) -> String? {
        var set = TemplateSet(names: FunctionLibrary.names)
        do throws(TemplateError) {
            try set.parse(name: "t", text: String(decoding: text, as: UTF8.self))
            return nil
        } catch {
            return "\(error)"
        }
    }
}

/// Pieces of the template language.
let templateTokens = [
    "{{", "}}", "{{-", "-}}", "{{/*", "*/}}", "(", ")", "|", "\"", "`", "'", "$", "$x", ":=", "=", ",", ".", "\\", "\n", "---\n",
    "if ", "else ", "else if ", "end", "range ", "with ", "else with ", "define ", "template ", "block ", "break", "continue", "nil",
    "true", "false", "0x1F", "1e3", "-1", "1.5", "1i", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
    "0o17", "0b1", "'a'", "%d", "%v", "%-10s", "%+q", "%[1]*d", "%.3f", "%x", "%T", "%c", "%U", "$i, $v := ", ".Values", ".Values.a",
    ".Values.l", ".Values.m", ".Values.s", ".Release.Name", ".Chart.Name", ".Files.Get", ".Files.Glob", ".Capabilities.APIVersions.Has",
    ".Template.BasePath", "list 1 2", "dict \"a\" 1", "tuple", "until 3", "(list)", "(dict)", "\"x\"", "\"a.b\"", "2006-01-02",
    "\u{0}", "\u{e9}", "\u{feff}", "\u{1f600}",
]

extension AnswerCase {
    /// The texts in it that are templates.
    var templates: [String] {
        switch input {
        case .template(let text): [text]
        case .chart(let files):
            files.compactMap { path, content in
                if case .text(let text) = content, text.contains("{{") { text } else { nil }
            }
        }
    }

    /// The files in it, those of packaged charts too, as they lie when unpacked.
    var files: [(path: String, text: String)] {
        switch input {
        case .template(let text): [("templates/main.yaml", text)]
        case .chart(let files): files.flatMap { Self.flattened($0.path, $0.content) }
        }
    }

    private static func flattened(_ path: String, _ content: Content) -> [(path: String, text: String)] {
        switch content {
        case .text(let text): [(path, text)]
        case .archive(let members): members.flatMap { flattened("charts/\($0.path)", $0.content) }
        }
    }
}
