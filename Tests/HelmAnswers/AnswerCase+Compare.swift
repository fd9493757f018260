import Archive
import Basics
import Chart
import Document

extension AnswerCase {
    /// What our engine makes of the case.
    package struct Answer: Sendable {
        package var output: String?
        package var notes = ""
        package var hooks = ""
        package var crds = ""
        package var error: String?
    }

    package func answer() -> Answer {
        do {
            let set = set.map { option, text -> SetValue in
                switch option {
                case "set-string": .string(text)
                case "set-json": .json(text)
                case "set-literal": .literal(text)
                default: .typed(text)
                }
            }
            let release = ReleaseOptions(name: "rel", namespace: "demo")
            let environment = RenderEnvironment(now: Timestamp(milliseconds: 1_700_000_000_000), random: RandomSource(seed: 1))
            switch input {
            case .template(let text):
                let chart = try Chart.load(files: [
                    ChartFile(path: "Chart.yaml", text: "apiVersion: v2\nname: c\nversion: 0.1.0\n"),
                    ChartFile(path: "templates/main.yaml", text: text),
                ])
                let outputs = try renderTemplates(chart, values: [values], set: set, release: release, environment: environment)
                return Answer(output: outputs["c/templates/main.yaml"] ?? "")
            case .chart(let files):
                let chart = try Chart.load(files: try files.map { ChartFile(path: $0.path, bytes: try bytes(of: $0.content)) })
                let result = try render(chart, values: [values], set: set, release: release, environment: environment)
                return Answer(
                    output: printed(result.manifests), notes: result.notes, hooks: printed(result.hooks.map(\.document)),
                    crds: printed(result.crds))
            }
        } catch {
            return Answer(error: "\(error)")
        }
    }

    /// How our answer differs from Helm's; nil when it does not.
    package func difference() -> String? {
        let ours = answer()
        if let error = ours.error {
            guard let expected = self.error else { return "we fail: \(error)\n    theirs \(output ?? "")" }
            return error == expected ? nil : "errors\n    ours   \(error)\n    theirs \(expected)"
        }
        guard let expected = output else { return "we succeed: \(ours.output ?? "")\n    theirs fails: \(error ?? "(no answer recorded)")" }
        if ours.output != expected { return "outputs\n    ours   \(ours.output ?? "")\n    theirs \(expected)" }
        if ours.notes != notes { return "notes\n    ours   \(ours.notes)\n    theirs \(notes)" }
        if ours.hooks != hooks { return "hooks\n    ours   \(ours.hooks)\n    theirs \(hooks)" }
        return ours.crds == crds ? nil : "crds\n    ours   \(ours.crds)\n    theirs \(crds)"
    }
}

private func printed(_ documents: [RenderedDocument]) -> String {
    documents.map { "---\n# Source: \($0.source)\n\($0.text)\n" }.joined()
}

/// A file's bytes, those of an archive packed.
package func bytes(of content: AnswerCase.Content) throws -> [UInt8] {
    switch content {
    case .text(let text): Array(text.utf8)
    case .archive(let members): try Gzip.compress(tar(try members.map { ($0.path, try bytes(of: $0.content)) }))
    }
}

/// A ustar archive, as `helm package` writes one.
package func tar(_ members: [(path: String, content: [UInt8])]) -> [UInt8] {
    var bytes: [UInt8] = []
    func field(_ text: String, _ width: Int) { bytes += Array((Array(text.utf8) + Array(repeating: 0, count: width)).prefix(width)) }
    func octal(_ number: Int, _ width: Int) {
        let digits = String(number, radix: 8)
        field(String(repeating: "0", count: max(0, width - 1 - digits.utf8.count)) + digits, width)
    }
    for (path, content) in members {
        let start = bytes.count
        field(path, 100)
        octal(0o644, 8)
        octal(0, 8)
        octal(0, 8)
        octal(content.count, 12)
        octal(0, 12)
        field("        ", 8)
        field("0", 1)
        field("", 100)
        field("ustar\u{0}00", 8)
        field("", 512 - (bytes.count - start))
        let sum = bytes[start...].reduce(0) { $0 + Int($1) }
        let checksum = String(sum, radix: 8)
        let written = Array((String(repeating: "0", count: 6 - checksum.utf8.count) + checksum).utf8) + [0, 32]
        bytes.replaceSubrange(start + 148..<start + 156, with: written)
        bytes += content + Array(repeating: 0, count: (512 - content.count % 512) % 512)
    }
    return bytes + Array(repeating: 0, count: 1024)
}
