package import Basics
package import Document
package import Kubernetes

/// An entry of `status.conditions`.
package struct Condition: Sendable, Hashable {
    package var type: String
    package var status: String
    package var reason: String
    package var message: String

    package init(_ type: String, _ status: Bool?, reason: String = "", message: String = "") {
        self.type = type
        self.status = status.map { $0 ? "True" : "False" } ?? "Unknown"
        self.reason = reason
        self.message = message
    }

    package init?(_ value: Value) {
        guard let type = value["type"]?.string else { return nil }
        self.type = type
        status = value["status"]?.string ?? "Unknown"
        reason = value["reason"]?.string ?? ""
        message = value["message"]?.string ?? ""
    }
}

/// `status.conditions` while a controller works on it.
package struct Conditions: Sendable, Hashable {
    package private(set) var values: [Value]

    package init(of object: Object) { values = object.sequence("status", "conditions") }
    package init(_ values: [Value] = []) { self.values = values }

    package subscript(_ type: String) -> Condition? { value(type).flatMap(Condition.init) }

    package func value(_ type: String) -> Value? { values.first { $0["type"]?.string == type } }

    package func isTrue(_ type: String) -> Bool { self[type]?.status == "True" }

    package func time(_ type: String, _ field: String) -> Timestamp? { value(type)?[field]?.string.flatMap { Timestamp($0) } }

    package mutating func remove(_ type: String) { values.removeAll { $0["type"]?.string == type } }

    /// Sets a condition. `lastTransitionTime` moves only when the status does.
    ///
    /// - Parameters:
    ///   - updateTime: whether the kind also has `lastUpdateTime` (Deployment).
    ///   - whenSame: false leaves a condition of the same status and reason as it is, as
    ///     `SetDeploymentCondition` does; true refreshes it.
    package mutating func set(
        _ condition: Condition, now: Timestamp, updateTime: Bool = false, whenSame refresh: Bool = true
    ) {
        let old = value(condition.type)
        if let old = old.flatMap(Condition.init) {
            if old == condition, !updateTime || !refresh { return }
            if !refresh, old.status == condition.status, old.reason == condition.reason { return }
        }
        let sameStatus = old?["status"]?.string == condition.status
        var new: Value = ["type": .string(condition.type), "status": .string(condition.status)]
        if updateTime { new["lastUpdateTime"] = .string(now.description) }
        new["lastTransitionTime"] = sameStatus ? old?["lastTransitionTime"] ?? .string(now.description) : .string(now.description)
        if !condition.reason.isEmpty { new["reason"] = .string(condition.reason) }
        if !condition.message.isEmpty { new["message"] = .string(condition.message) }
        if let index = values.firstIndex(where: { $0["type"]?.string == condition.type }) {
            values[index] = new
        } else {
            values.append(new)
        }
    }

    /// As the status holds it; nil when there are none.
    package var value: Value? { values.isEmpty ? nil : .sequence(values) }
}
