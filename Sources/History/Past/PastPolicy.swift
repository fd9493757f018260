internal import Automation
internal import Delivery
package import Document

/// What a workload's annotations, and its application's, said of its images: who might change them.
package struct PastPolicy: Sendable, Hashable {
    package var isAutomated: Bool
    package var isLocked: Bool
    package var lockedBy: String?
    package var lockedReason: String?

    package init(isAutomated: Bool, isLocked: Bool, lockedBy: String? = nil, lockedReason: String? = nil) {
        (self.isAutomated, self.isLocked, self.lockedBy, self.lockedReason) = (isAutomated, isLocked, lockedBy, lockedReason)
    }

    /// Nil for what has no containers, and where an annotation cannot be understood: then nothing of it is carried out either.
    init?(_ item: DesiredObject, of spec: ApplicationSpec) {
        guard containerImages(of: item.object) != nil,
            let policy = try? AutomationPolicy(of: item.object, origin: item.origin, defaults: spec.annotations, defaultsOrigin: spec.origin)
        else { return nil }
        self.init(isAutomated: policy.isAutomated, isLocked: policy.lock != nil, lockedBy: policy.lock?.by, lockedReason: policy.lock?.reason)
    }

    /// As the API has a workload's policy of now, without tags.
    package var value: Value {
        var value: Value = ["automated": .bool(isAutomated), "locked": .bool(isLocked)]
        if let lockedBy { value["lockedBy"] = .string(lockedBy) }
        if let lockedReason { value["lockedReason"] = .string(lockedReason) }
        return value
    }
}
