import Automation
import Document

/// A workload's images and tags, in the lines a person reads.
enum ImagesText {
    /// - Parameters:
    ///   - showsAll: also tags that the filter does not let through.
    ///   - limit: the most tags of a container; 0 for all. The current one is always there.
    static func text(_ images: Value, showsAll: Bool, limit: Int) -> String {
        let workload = images["workload"] ?? .null
        var lines = [workloadText(workload)]
        let policy = workload["policy"] ?? .null
        var state = policy["automated"]?.bool == true ? "automated" : "not automated"
        if policy["locked"]?.bool == true {
            state += ", locked" + (policy["lockedBy"]?.string.map { " by \($0)" } ?? "") + (policy["lockedReason"]?.string.map { ": \($0)" } ?? "")
        }
        lines.append(state)
        for container in images["containers"]?.sequence ?? [] {
            lines.append("")
            lines.append("\(container["name"]?.string ?? "")   \(container["image"]?.string ?? "")   \(container["policy"]?.string ?? "")")
            if let verdict = container["verdict"]?.string, !verdict.isEmpty { lines.append("  \(verdict)") }
            if let error = container["error"]?.string { lines.append("  the registry does not tell: \(error)") }
            lines += tags(container["candidates"]?.sequence ?? [], showsAll: showsAll, limit: limit)
        }
        return printableLines(lines.joined(separator: "\n"))
    }

    /// All workloads, a line each.
    static func list(_ workloads: Value) -> String {
        var table = Table("NAMESPACE", "WORKLOAD", "STATE", "IMAGES")
        for workload in workloads["workloads"]?.sequence ?? [] {
            let policy = workload["policy"] ?? .null
            let state = [policy["automated"]?.bool == true ? "automated" : "", policy["locked"]?.bool == true ? "locked" : ""].filter { !$0.isEmpty }
            var images: [String] = []
            for container in workload["containers"]?.sequence ?? [] {
                if let image = container["image"]?.string, !images.contains(image) { images.append(image) }
            }
            let group = workload["group"]?.string ?? ""
            let kind = (workload["kind"]?.string ?? "").lowercased() + (group.isEmpty ? "" : ".\(group)")
            table.add(
                workload["namespace"]?.string ?? "", "\(kind)/\(workload["name"]?.string ?? "")", state.isEmpty ? "-" : state.joined(separator: ", "),
                images.joined(separator: ", "))
        }
        return table.rows.isEmpty ? "there are no workloads that you may list" : printableLines(table.text)
    }

    private static func tags(_ candidates: [Value], showsAll: Bool, limit: Int) -> [String] {
        let wanted = candidates.filter { showsAll || $0["passes"]?.bool == true || $0["current"]?.bool == true }
        let most = limit > 0 ? limit : wanted.count
        var table = Table("TAG", "BUILT", "DIGEST", "")
        var shown = 0
        for (place, candidate) in wanted.enumerated() {
            let isCurrent = candidate["current"]?.bool == true
            guard place < most || isCurrent else { continue }
            shown += 1
            var remarks: [String] = []
            if isCurrent { remarks.append("current") }
            if candidate["passes"]?.bool != true { remarks.append("filtered out") }
            table.add(
                candidate["tag"]?.string ?? "", candidate["builtAt"]?.string ?? "",
                String((candidate["digest"]?.string ?? "").prefix(19)), remarks.joined(separator: ", "))
        }
        guard shown > 0 else { return [] }
        var lines = table.text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var text = "  " + line
            while text.last == " " { text.removeLast() }
            return text
        }
        if wanted.count > shown { lines.append("  and \(wanted.count - shown) more: --limit 0 shows all") }
        return lines
    }
}

/// Lines that hold what others wrote, without what a terminal would take for a command.
func printableLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }.joined(separator: "\n")
}
