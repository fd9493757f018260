import Rollout

/// The points of a rollout at which the process is killed.
enum CrashPoint: String, CaseIterable, Sendable, CustomStringConvertible {
    case beforeIntent, intentWritten, replicaSetCreated, scaled, readySeen, trafficPatchSent, trafficConfirmed, analysisStarted
    case verdictWritten, promotionIntent, templateApplied, unpaused, oldSetScaledDown, cleaned, commitBackWritten, done

    var description: String { rawValue }
}

/// One request of Martlet's, and which points lie before and after it.
struct ModelWrite {
    var name: String
    var before: Set<CrashPoint> = []
    var after: Set<CrashPoint> = []

    init(_ name: String, before: Set<CrashPoint> = [], after: Set<CrashPoint> = []) {
        (self.name, self.before, self.after) = (name, before, after)
    }

    /// The write of a state, by what it says that the one before did not.
    init(_ old: RolloutState?, _ new: RolloutState?, _ mode: RolloutTraffic.Mode) {
        self.init("state \(new?.phase.rawValue ?? "none")")
        guard let old else {
            (before, after) = ([.beforeIntent], [.intentWritten])
            return
        }
        if old.exposed == nil, new?.exposed != nil { before.insert(.readySeen) }
        let begins = new?.phase == .analysing && (old.phase != .analysing || old.step != new?.step)
        if begins { (before, after) = (before.union([.trafficConfirmed]), after.union([.analysisStarted])) }
        if old.phase == .analysing, new?.phase != .analysing { after.insert(.verdictWritten) }
        if old.phase != .promoting, new?.phase == .promoting { after.insert(.promotionIntent) }
        if old.phase == .promoting, new?.phase ?? .promoting == .promoting, old.finishing != new?.finishing {
            let isDown: [RolloutState.Finishing?] = [nil, .routesBack, .drain, .clean]
            if isDown.contains(new?.finishing), !isDown.contains(old.finishing) { after.insert(.oldSetScaledDown) }
        }
        if new?.aborting == .resume, old.aborting != .resume { after.insert(.oldSetScaledDown) }
        if new == nil || new?.phase == .rejected { after.insert(.done) }
        // Without arms there is nothing else to clean.
        if new == nil, mode == .replicas { after.insert(.cleaned) }
    }
}

/// Where the process dies in one look.
enum Death: Hashable, Sendable {
    case before, after
}
