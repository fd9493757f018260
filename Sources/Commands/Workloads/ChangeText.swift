import Document
import Kubernetes

/// What became of a change, in the lines a person reads.
enum ChangeText {
    /// From the API's form of a report.
    static func text(_ report: Value) -> String {
        let message = report["message"]?.string ?? ""
        let branch = report["branch"]?.string ?? ""
        guard let commit = report["commit"]?.string else {
            return printableLines(message.hasPrefix("nothing") ? message : "nothing to change on \(branch): \(message)")
        }
        var lines = ["\(commit.prefix(7)) on \(branch): \(message)"]
        for file in report["files"]?.sequence ?? [] { lines.append("  \(file.string ?? "")") }
        for bump in report["bumps"]?.sequence ?? [] {
            lines.append("  \(bump["container"]?.string ?? ""): \(bump["from"]?.string ?? "") → \(bump["to"]?.string ?? "")")
        }
        return printableLines(lines.joined(separator: "\n"))
    }

    /// What could not be done while the rest was, a line each.
    static func problems(_ report: Value) -> [String] {
        (report["problems"]?.sequence ?? []).map { problem in
            let workload = problem["workload"].map(workloadText) ?? ""
            let container = problem["container"]?.string.map { ", container \"\($0)\"" } ?? ""
            let advice = problem[path: "error", "advice"]?.string.map { "; \($0)" } ?? ""
            return "\(workload)\(container): \(problem[path: "error", "message"]?.string ?? "")\(advice)"
        }
    }
}

/// A workload as kubectl takes it, from the API's form.
func workloadText(_ value: Value) -> String {
    ObjectKey(
        group: value["group"]?.string ?? "", kind: value["kind"]?.string ?? "", namespace: value["namespace"]?.string ?? "",
        name: value["name"]?.string ?? ""
    ).description
}

extension WorkloadOptions {
    /// Has a change made and prints what became of it.
    func carryOut(_ wish: Wish) async throws {
        try await reporting {
            let report = try await who.agent().change(try name, wish)
            if who.output.format == .table { print(ChangeText.text(report)) } else { who.output.write(report) }
            for problem in ChangeText.problems(report) { Terminal.standardError.line("martlet: \(printableLines(problem))") }
        }
    }
}
