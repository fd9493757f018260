import Basics
import Document
import Kubernetes

/// A column of `kubectl get`, and how an object fills it.
struct TableColumn: Sendable {
    var name: String
    var type = "string"
    var format = ""
    /// 0: always shown, 1: with `-o wide`.
    var priority: Int64 = 0
    var description: String
    var cell: @Sendable (Object, Timestamp) -> Value

    init(
        _ name: String, type: String = "string", format: String = "", priority: Int64 = 0, description: String = "",
        _ cell: @escaping @Sendable (Object, Timestamp) -> Value
    ) {
        self.name = name
        self.type = type
        self.format = format
        self.priority = priority
        self.description = description
        self.cell = cell
    }

    static let name = TableColumn("Name", format: "name") { object, _ in .string(object.name) }
    static let age = TableColumn("Age") { object, now in .string(ageText(object.value[path: "metadata", "creationTimestamp"], now)) }

    /// The text at a path, or a stand-in for nothing.
    static func text(_ name: String, _ path: String..., otherwise: String = "", priority: Int64 = 0) -> TableColumn {
        TableColumn(name, priority: priority) { object, _ in
            let value = object.value[path: path]
            if let text = value?.string { return .string(text.isEmpty ? otherwise : text) }
            if let bool = value?.bool { return .string("\(bool)") }
            if let int = value?.int { return .string("\(int)") }
            return .string(otherwise)
        }
    }

    static func number(_ name: String, _ path: String..., priority: Int64 = 0) -> TableColumn {
        TableColumn(name, type: "integer", priority: priority) { object, _ in .int(object.value[path: path]?.int ?? 0) }
    }

    /// How many entries the mapping or the sequence at a path has.
    static func count(_ name: String, _ paths: [String]...) -> TableColumn {
        TableColumn(name, type: "integer") { object, _ in
            .int(
                paths.reduce(0) { sum, path in
                    let value = object.value[path: path]
                    return sum + Int64(value?.mapping?.count ?? value?.sequence?.count ?? 0)
                })
        }
    }
}

/// How long ago, as kubectl writes it: `5s`, `3m20s`, `4h`, `2d5h`, `3y10d` (duration.HumanDuration).
func ageText(_ value: Value?, _ now: Timestamp) -> String {
    guard let text = value?.string, let moment = Timestamp(text) else { return "<unknown>" }
    return durationText(seconds: now.duration(since: moment).components.seconds)
}

func durationText(seconds: Int64) -> String {
    if seconds < 0 { return "0s" }
    if seconds < 120 { return "\(seconds)s" }
    let minutes = seconds / 60
    if minutes < 10 { return seconds % 60 == 0 ? "\(minutes)m" : "\(minutes)m\(seconds % 60)s" }
    if minutes < 180 { return "\(minutes)m" }
    let hours = minutes / 60
    if hours < 8 { return minutes % 60 == 0 ? "\(hours)h" : "\(hours)h\(minutes % 60)m" }
    if hours < 48 { return "\(hours)h" }
    let days = hours / 24
    if hours < 192 { return hours % 24 == 0 ? "\(days)d" : "\(days)d\(hours % 24)h" }
    if days < 730 { return "\(days)d" }
    let years = days / 365
    if years < 8 { return days % 365 == 0 ? "\(years)y" : "\(years)y\(days % 365)d" }
    return "\(years)y"
}
