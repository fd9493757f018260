import Document
import Kubernetes

/// A moment of the past in the lines a person reads, from the API's form.
enum AtText {
    static func text(_ moment: Value) -> String {
        var lines: [String] = []
        let revision = moment["revision"]?.string ?? ""
        lines.append("git said \(revision)" + (moment["committedAt"]?.string.map { ", committed \($0)" } ?? ""))
        if let seen = moment["seen"], !seen.isNull { lines += Self.seen(seen) }
        var table = Table("APPLICATION", "OBJECT", "IMAGES", "WRITTEN IN")
        for object in moment["objects"]?.sequence ?? [] {
            let key = object["object"].map(workloadText) ?? ""
            table.add(object["application"]?.string ?? "", key, images(object["yaml"]?.string ?? ""), object["origin"]?.string ?? "")
        }
        lines.append("")
        lines.append(table.rows.isEmpty ? "no objects" : table.text)
        return printableLines(lines.joined(separator: "\n"))
    }

    private static func seen(_ seen: Value) -> [String] {
        guard let applications = seen["applications"]?.sequence, !applications.isEmpty else {
            return ["nothing was observed then" + (seen["knownSince"]?.string.map { "; observations begin at \($0)" } ?? "")]
        }
        var table = Table("APPLICATION", "WORKLOAD", "REVISION", "SYNC", "HEALTH", "SINCE", "RUNNING")
        for application in applications {
            table.add(
                application["application"]?.string ?? "", "", application["revision"]?.string ?? "", application["sync"]?.string ?? "",
                application["health"]?.string ?? "", application["since"]?.string ?? "", String((application["message"]?.string ?? "").prefix(80)))
            for workload in application["workloads"]?.sequence ?? [] {
                var images: [String] = []
                for entry in workload["liveImages"]?.mapping?.entries ?? [] { images.append(entry.value.string ?? "") }
                table.add(
                    "", workloadText(workload), "", "", workload["health"]?.string ?? "", workload["since"]?.string ?? "",
                    images.joined(separator: ", "))
            }
        }
        return ["", table.text]
    }

    private static func images(_ yaml: String) -> String {
        guard let value = (try? YAML.documents(Array(yaml.utf8), file: "", options: .cluster))?.first?.value else { return "" }
        let places = [["spec"], ["spec", "template", "spec"], ["spec", "jobTemplate", "spec", "template", "spec"]]
        let containers = places.lazy.compactMap { value[path: $0 + ["containers"]]?.sequence }.first ?? []
        return containers.compactMap { $0["image"]?.string }.joined(separator: ", ")
    }
}
