import Basics
import Delivery
import Document

/// How applications stand, in the lines a person reads.
enum StatusText {
    /// - Parameters:
    ///   - sources: as the daemon recorded them; only those with an error are told of.
    ///   - namespace: where there are no applications.
    static func text(_ statuses: [ApplicationStatus], sources: [Value], namespace: String, now: Timestamp) -> String {
        var lines: [String] = []
        for source in sources {
            if let error = source["error"]?.string { lines += ["source \(source["url"]?.string ?? ""): \(error)", ""] }
        }
        guard !statuses.isEmpty else {
            lines.append("no applications in namespace \"\(namespace)\": is the daemon running? (martlet run --help)")
            return printableLines(lines.joined(separator: "\n"))
        }
        var table = Table("APPLICATION", "REVISION", "SYNC", "HEALTH", "OBJECTS", "SINCE", "MESSAGE")
        for status in statuses {
            let since = status.changedAt.map { durationText(now.duration(since: $0)) } ?? ""
            table.add(
                status.application, status.revision, status.sync.rawValue, status.health.rawValue, String(status.objects), since,
                String(status.message.split(separator: "\n").joined(separator: " ").prefix(120)))
        }
        lines.append(table.text)
        for status in statuses where !status.problems.isEmpty {
            lines += ["", "\(status.application):"]
            for problem in status.problems {
                let head = [problem.place, problem.object].filter { !$0.isEmpty }.joined(separator: " ")
                lines.append("  \(head.isEmpty ? "" : head + ": ")\(problem.message)")
            }
            for deletion in status.heldDeletions { lines.append("  waits to be deleted: \(deletion)") }
        }
        return printableLines(lines.joined(separator: "\n"))
    }
}
