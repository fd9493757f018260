import Basics
import Document
import Kubernetes

/// Deploys in the lines a person reads, from the API's form.
enum HistoryText {
    /// - Parameter isFiltered: not all deploys were asked for.
    static func table(_ history: Value, now: Timestamp, isFiltered: Bool = false) -> String {
        let events = history["events"]?.sequence ?? []
        let since = history["knownSince"]?.string
        guard !events.isEmpty else {
            if isFiltered { return "no deploys match: names are taken as a whole" + (since.map { " (this history begins \($0))" } ?? "") }
            return "no deploys" + (since.map { " since \($0), when this history begins" } ?? ": this history has nothing yet")
        }
        var table = Table("WHEN", "WORKLOAD", "IMAGES", "COMMIT", "BY", "CAUSE", "OUTCOME", "TOOK")
        for event in events {
            let start = event["startedAt"]?.string.flatMap { Timestamp($0) }
            let end = event["endedAt"]?.string.flatMap { Timestamp($0) }
            let took = start.map { durationText((end ?? now).duration(since: $0)) } ?? ""
            let workload = event["workload"].flatMap { $0.isNull ? nil : workloadText($0) } ?? event["application"]?.string ?? ""
            table.add(
                start?.description ?? "", workload, images(event["images"]?.sequence ?? []), String((event["commit"]?.string ?? "").prefix(7)),
                by(event[path: "cause", "by"]?.string ?? ""), event[path: "cause", "kind"]?.string ?? "", event["outcome"]?.string ?? "",
                end == nil ? took + " so far" : took)
        }
        var text = table.text
        if let next = history["next"]?.string, !next.isEmpty { text += "\nand more: --before \(next)" }
        return printableLines(text)
    }

    /// `0.3.12 → 0.3.13`, with the container where there are several.
    private static func images(_ changes: [Value]) -> String {
        changes.map { change in
            let (from, to) = (change["from"]?.string, change["to"]?.string)
            let (old, new) = (from ?? "", to ?? "")
            let name = old.prefix { $0 != ":" && $0 != "@" }
            var text: String
            switch (from, to) {
            case (nil, _): text = "+ \(new)"
            case (_, nil): text = "- \(old)"
            default:
                let isSame = !name.isEmpty && new.hasPrefix(name + ":")
                text = isSame ? "\(tag(old)) → \(tag(new))" : "\(old) → \(new)"
            }
            if changes.count > 1 { text = "\(change["container"]?.string ?? ""): \(text)" }
            return text
        }.joined(separator: ", ")
    }

    private static func tag(_ image: String) -> String {
        guard let colon = image.lastIndex(of: ":") else { return image }
        return String(image[image.index(after: colon)...])
    }

    /// Without the address.
    static func by(_ person: String) -> String {
        guard let open = person.firstIndex(of: "<") else { return person }
        var name = person[..<open]
        while name.last == " " { name.removeLast() }
        return name.isEmpty ? person : String(name)
    }
}
