internal import Basics
internal import Chart
internal import Kubernetes
internal import RegularExpression

/// Which tags count, and by what those are ordered.
enum TagPattern: Sendable {
    case everything
    case range(VersionConstraint)
    case glob(GlobPattern)
    /// The group that orders; nil: by build time.
    case expression(RegularExpression, group: (number: Int, reading: TagOrder.Reading)?)

    /// A longer pattern is nobody's wish, and what a pattern may cost grows with it.
    static let longest = 4096

    /// What is wrong with a filter, where in its pattern, and what would be right.
    struct Malformed: Error {
        var problem: String
        /// Counted from 1.
        var character: Int?
        var advice: String
    }

    init(_ filter: TagFilter) throws(Malformed) {
        switch filter {
        case .newest: self = .everything
        case .semver(let text):
            let advice = "write a range like \"~1.4\", \">=1.2 <2\" or \"^2.0.0-0\" (with prereleases)"
            try Self.checkLength(text, advice)
            self = .range(try Self.range(text, advice))
        case .glob(let text):
            let advice = "write letters, digits, \"_\", \".\" and \"-\", with \"*\" for any run of them and \"?\" for any one"
            try Self.checkLength(text, advice)
            do throws(GlobPattern.Malformed) {
                self = .glob(try GlobPattern(text))
            } catch {
                throw Malformed(problem: error.problem, character: error.character, advice: advice)
            }
        case .regex(let text):
            let advice = "write a regular expression of Go's syntax like \"^main-[0-9a-f]+-(?P<number>[0-9]+)$\""
            try Self.checkLength(text, advice)
            let expression: RegularExpression
            do throws(RegularExpressionError) {
                expression = try RegularExpression(text)
            } catch {
                throw Malformed(
                    problem: "\(error.problem): \"\(printable(error.fragment, limit: 60))\"",
                    character: Self.place(of: error, in: text), advice: advice)
            }
            self = .expression(expression, group: try Self.group(of: expression))
        }
    }

    private static func checkLength(_ text: String, _ advice: String) throws(Malformed) {
        if text.isEmpty { throw Malformed(problem: "nothing follows the colon", character: nil, advice: advice) }
        if text.utf8.count > longest {
            throw Malformed(problem: "it has \(text.utf8.count) bytes, and \(longest) is the most", character: longest + 1, advice: advice)
        }
    }
}

extension TagPattern {
    /// A range of versions; the fault is in the first word that is none.
    private static func range(_ text: String, _ advice: String) throws(Malformed) -> VersionConstraint {
        if let range = try? VersionConstraint(text) { return range }
        var character = 1
        for word in text.split(omittingEmptySubsequences: false, whereSeparator: { " ,|\t".contains($0) }) {
            let isOperation = ["", "-", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^"].contains(word)
            if !isOperation, (try? VersionConstraint(String(word))) == nil {
                throw Malformed(
                    problem: "\"\(printable(String(word), limit: 60))\" is no version or range", character: character, advice: advice)
            }
            character += word.unicodeScalars.count + 1
        }
        throw Malformed(problem: "it is no list of ranges", character: nil, advice: advice)
    }

    /// The one group that orders; its name says how.
    private static func group(
        of expression: RegularExpression
    ) throws(Malformed) -> (number: Int, reading: TagOrder.Reading)? {
        let known = TagOrder.Reading.allCases.map(\.rawValue)
        var found: (number: Int, reading: TagOrder.Reading)?
        for (number, name) in expression.groupNames.enumerated() where !name.isEmpty {
            guard let reading = TagOrder.Reading(rawValue: name) else {
                // A group of another name is a person's note, but a slip would order by build time without a word.
                guard let near = nearest(to: name, among: known) else { continue }
                throw Malformed(
                    problem: "the group \"\(name)\" orders nothing", character: place(ofGroup: name, in: expression.source),
                    advice: "name it \"\(near)\", or something else where tags are to be ordered by build time")
            }
            if let found {
                throw Malformed(
                    problem: "it has the groups \"\(found.reading.rawValue)\" and \"\(name)\"",
                    character: place(ofGroup: name, in: expression.source), advice: "name the one that orders the tags and no other")
            }
            found = (number, reading)
        }
        return found
    }

    private static func place(ofGroup name: String, in text: String) -> Int? {
        text.firstRange(of: "<\(name)>").map { text.unicodeScalars[..<$0.lowerBound].count + 1 }
    }

    /// Where the engine's error is: its fragment is all of the pattern when something was not closed.
    private static func place(of error: RegularExpressionError, in text: String) -> Int? {
        if error.fragment == text, let open = unclosed(text) { return open }
        guard !error.fragment.isEmpty else { return nil }
        return text.firstRange(of: error.fragment).map { text.unicodeScalars[..<$0.lowerBound].count + 1 }
    }

    /// The last parenthesis that is opened and not closed, or the class that is.
    private static func unclosed(_ text: String) -> Int? {
        var open: [Int] = []
        var openClass: Int?
        var isEscaped = false
        for (index, scalar) in text.unicodeScalars.enumerated() {
            if isEscaped {
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if let start = openClass {
                // A bracket right after the opening stands for itself.
                if scalar == "]", index > start + 1 { openClass = nil }
            } else if scalar == "[" {
                openClass = index
            } else if scalar == "(" {
                open.append(index)
            } else if scalar == ")" {
                open = open.dropLast()
            }
        }
        return (openClass ?? open.last).map { $0 + 1 }
    }
}
