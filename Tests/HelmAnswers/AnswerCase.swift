package import Document

/// One line of a table of Helm's answers: a template or a chart, and what Helm made of it.
/// `Scripts/helm-answers.py` records them.
package struct AnswerCase: Sendable, CustomStringConvertible {
    package enum Input: Sendable {
        /// One template of a chart that has nothing else.
        case template(String)
        /// A chart's files by path; a packaged chart holds files of its own.
        case chart([(path: String, content: Content)])
    }

    package indirect enum Content: Sendable {
        case text(String)
        case archive([(path: String, content: Content)])

        init(_ value: Value) {
            if let members = value.mapping {
                self = .archive(members.map { ($0.key, Content($0.value)) })
            } else {
                self = .text(value.string ?? "")
            }
        }
    }

    package let input: Input
    package let values: Value
    /// Pairs of an option ("set", "set-string") and its text.
    package let set: [(option: String, text: String)]
    package let output: String?
    package let notes: String
    /// The documents that are hooks, and those of crds/, as `output` has the others.
    package let hooks: String
    package let crds: String
    package let error: String?
    /// Where the line is: "strings.jsonl:12".
    package let place: String

    package var description: String {
        switch input {
        case .template(let text): "\(place) \(text.prefix(80))"
        case .chart: place
        }
    }

    /// The cases of a table.
    package static func read(_ bytes: [UInt8], file: String) throws -> [AnswerCase] {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        return try lines.enumerated().compactMap { index, line in
            line.isEmpty ? nil : AnswerCase(try JSON.parse(Array(line)), place: "\(file):\(index + 1)")
        }
    }

    private init?(_ value: Value, place: String) {
        if let template = value["template"]?.string {
            input = .template(template)
        } else if let files = value["files"]?.mapping {
            input = .chart(files.map { ($0.key, Content($0.value)) })
        } else {
            return nil
        }
        values = value["values"] ?? .mapping(Mapping())
        set = (value["set"]?.sequence ?? []).compactMap { pair in
            guard let option = pair.sequence?.first?.string, let text = pair.sequence?.last?.string else { return nil }
            return (option, text)
        }
        output = value["output"]?.string
        notes = value["notes"]?.string ?? ""
        hooks = value["hooks"]?.string ?? ""
        crds = value["crds"]?.string ?? ""
        error = value["error"]?.string
        self.place = place
    }
}
