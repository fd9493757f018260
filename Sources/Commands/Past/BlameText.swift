import Document

/// Blame in the lines a person reads, from the API's form.
enum BlameText {
    static func table(_ report: Value) -> String {
        var table = Table("COMMIT", "AUTHOR", "DATE", "FIELD", "VALUE", "SUBJECT")
        for field in report["fields"]?.sequence ?? [] {
            let value = shortened(field["value"]?.string ?? "", 48)
            if let commit = field["commit"], !commit.isNull {
                table.add(
                    String((commit["id"]?.string ?? "").prefix(7)), HistoryText.by(commit["author"]?.string ?? ""),
                    String((commit["time"]?.string ?? "").prefix(10)), field["path"]?.string ?? "", value,
                    shortened(commit["subject"]?.string ?? "", 50))
            } else {
                table.add(
                    "-", field["manager"]?.string ?? "unknown", String((field["managedAt"]?.string ?? "").prefix(10)), field["path"]?.string ?? "",
                    value, shortened(field["origin"]?.string ?? "", 50))
            }
        }
        let head = "\(report["workload"].map(workloadText) ?? "") at \(report["revision"]?.string ?? "")"
        return printableLines(table.rows.isEmpty ? "\(head): no such field" : "\(head)\n\(table.text)")
    }

    private static func shortened(_ text: String, _ limit: Int) -> String { text.count > limit ? "\(text.prefix(limit - 1))…" : text }
}
