internal import Document

/// An ended event as the git note beside its commit: one line of JSON, `version` 1, `kind` `deploy`, and the event as
/// the API writes it, without what was changed.
enum EventNote {
    static let kind = "deploy"

    static func text(_ event: DeployEvent) -> String {
        var note: Value = ["version": 1, "kind": .string(kind)]
        for entry in event.summary.mapping?.entries ?? [] { note[entry.key] = entry.value }
        return JSON.text(note)
    }

    /// Nil for a line that is none, or of an event that has not ended.
    static func event(_ note: Value) -> DeployEvent? {
        guard note["kind"]?.string == kind, var event = DeployEvent(note), event.endedAt != nil, event.outcome != .running else { return nil }
        event.isFromNote = true
        return event
    }

    /// Of the events that a commit's note tells.
    static func ids(in note: String) -> [String] {
        note.split(whereSeparator: \.isNewline).compactMap { line in
            guard line.first == "{", let value = try? JSON.parse(String(line), maxDepth: 20), value["kind"]?.string == kind else { return nil }
            return value["id"]?.string
        }
    }
}
