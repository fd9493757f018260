internal import Document
internal import HTTP
internal import Kubernetes
internal import Rollout

/// The points of a rollout at which the operator is killed, by the request of its own that lies there.
package enum KillPoint: String, CaseIterable, Sendable {
    case beforeIntent, intentWritten, replicaSetCreated, scaled, readySeen, trafficPatchSent, trafficConfirmed, analysisStarted
    case verdictWritten, promotionIntent, templateApplied, unpaused, oldSetScaledDown, cleaned, commitBackWritten, done
}

/// What the operator's own requests tell of how far a rollout is.
struct RolloutTrace: Sendable {
    /// What lies just before a request, and just after it.
    struct Moment: Sendable {
        var before: Set<KillPoint> = []
        var after: Set<KillPoint> = []
    }

    private var state: RolloutState?
    private var armsDeleted: Set<String> = []

    /// - Returns: nil where the request says nothing of a rollout.
    mutating func moment(of request: HTTPRequest) -> Moment? {
        guard let write = Write(request) else { return nil }
        var moment = Moment()
        switch (write.method, write.kind) {
        case ("POST", "replicasets"): moment.after = [.replicaSetCreated]
        case ("PATCH", "replicasets") where write.body[path: "spec", "replicas"] != nil: moment.after = [.scaled]
        case ("PATCH", "deployments"): moment = ofWorkload(write)
        case ("PATCH", "httproutes") where state?.exposed != nil: moment.after = [.trafficPatchSent]
        case ("PATCH", "services") where state?.exposed != nil && state?.mode == .selector && pin(write) == state?.candidateHash:
            moment.after = [.trafficPatchSent]
        case ("DELETE", "services"):
            // Both at once, perhaps.
            armsDeleted.insert(write.name)
            moment.after = armsDeleted.count == 2 ? [.cleaned] : []
        default: return nil
        }
        return moment
    }

    /// The request was carried out.
    mutating func note(_ request: HTTPRequest) {
        guard let write = Write(request) else { return }
        if let written = write.state { state = written.flatMap { RolloutState(text: $0) } }
    }

    private func pin(_ write: Write) -> String? { write.body[path: "spec", "selector", templateHashLabel]?.string }

    private func ofWorkload(_ write: Write) -> Moment {
        if write.isApply { return Moment(after: write.body[path: "spec", "paused"]?.bool == true ? [.templateApplied] : []) }
        if write.state == nil, write.body[path: "spec", "strategy"] != nil { return Moment(after: [.unpaused]) }
        guard let text = write.state else { return Moment() }
        let new = text.flatMap { RolloutState(text: $0) }
        guard let old = state else { return Moment(before: [.beforeIntent], after: [.intentWritten]) }
        var moment = Moment()
        if old.exposed == nil, new?.exposed != nil { moment.before.insert(.readySeen) }
        if new?.phase == .analysing, old.phase != .analysing || old.step != new?.step {
            moment.before.insert(.trafficConfirmed)
            moment.after.insert(.analysisStarted)
        }
        if old.phase == .analysing, new?.phase != .analysing { moment.after.insert(.verdictWritten) }
        if old.phase != .promoting, new?.phase == .promoting { moment.after.insert(.promotionIntent) }
        let isDown: [RolloutState.Finishing?] = [nil, .routesBack, .drain, .clean]
        if old.phase == .promoting, new?.phase ?? .promoting == .promoting, isDown.contains(new?.finishing), !isDown.contains(old.finishing) {
            moment.after.insert(.oldSetScaledDown)
        }
        if new == nil || new?.phase == .rejected { moment.after.insert(.done) }
        // Without arms there is nothing else to clean.
        if new == nil, old.mode != .routes { moment.after.insert(.cleaned) }
        return moment
    }
}

/// A request that writes.
private struct Write {
    var method: String
    var kind: String
    var name: String
    var isApply: Bool
    var body: Value

    init?(_ request: HTTPRequest) {
        guard ["POST", "PATCH", "DELETE"].contains(request.method), !request.url.contains("dryRun=") else { return nil }
        let path = request.url.split(separator: "?", maxSplits: 1).first?.split(separator: "/").map(String.init) ?? []
        // …/namespaces/shop/deployments/web
        guard let index = path.firstIndex(of: "namespaces"), path.indices.contains(index + 2) else { return nil }
        method = request.method
        kind = path[index + 2]
        name = path.dropFirst(index + 3).first ?? ""
        isApply = request.headers["Content-Type"]?.hasPrefix("application/apply-patch") == true
        body = (try? JSON.parse(request.body ?? [])) ?? .null
    }

    /// The rollout's state that it writes; nil in it: takes away.
    var state: String?? {
        guard let value = body[path: "metadata", "annotations", MartletAnnotations.rollout] else { return nil }
        return .some(value.string)
    }
}
