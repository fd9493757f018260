package import Basics
package import Cluster
internal import Document
package import Kubernetes

/// One hook: made, waited for, and removed as its policy says (helm.sh/hook-delete-policy).
///
/// A look may end at any time and the next one runs the hook again. So what carries this very release's mark is not
/// begun a second time: a Job that still works is waited for, one that is done is done.
package struct HookRunner: Sendable {
    let client: ClusterClient
    let time: any TimeSource
    let timeout: Duration
    let application: String
    /// The release is the application's first.
    let isInstall: Bool
    /// Waits no longer than this at once, where there is other work that cannot wait; what is not done then is at work.
    var slice: Duration?

    package init(client: ClusterClient, time: any TimeSource, timeout: Duration, application: String, isInstall: Bool) {
        (self.client, self.time, self.timeout, self.application, self.isInstall) = (client, time, timeout, application, isInstall)
    }

    /// What came of it, as people are told.
    package enum Result: String, Sendable {
        case done = "is done"
        case atWork = "is at work"
        case left = "is left as it is: it was there before, and may hold what cannot be made again"
    }

    /// What to do about the object that has the hook's name now; pure.
    package enum Start: Sendable, Hashable {
        case make
        /// Deleted first, as the policy says.
        case makeAnew
        /// Applied over: it is this release's own, or of a kind that is never deleted to be made anew.
        case applyOver
        case wait
        case done
        case leave
        case refuse(owner: String)
    }

    /// Decides how a hook begins.
    ///
    /// - Parameters:
    ///   - object: with its mark.
    ///   - live: what has its name.
    package static func start(
        _ object: Object, live: Object?, policies: Set<DesiredHook.DeletePolicy>, application: String, isInstall: Bool
    ) -> Start {
        guard let live else { return .make }
        if let owner = owner(of: live), owner != application { return .refuse(owner: owner) }
        if let mark = live.annotation(MartletAnnotations.hook), mark == object.annotation(MartletAnnotations.hook), !live.isBeingDeleted {
            guard isWaitedFor(live) else { return .applyOver }
            switch verdict(live) {
            case nil: return .wait
            case .done?: return .done
            case .failed?: break
            }
        }
        // An install finds nothing of its own; a Secret that is there holds the passwords of a release before (of Helm, or of a lost inventory).
        if isInstall, live.groupKind == GroupKind(group: "", kind: "Secret"), live.annotation(MartletAnnotations.hook) == nil, owner(of: live) == nil { return .leave }
        guard policies.contains(.beforeHookCreation), !isSpared(live) else { return .applyOver }
        return .makeAnew
    }

    /// Holds data or other objects, or says itself that it is to be kept.
    private static func isSpared(_ live: Object) -> Bool {
        neverReplaced.contains(live.groupKind) || (try? policy(of: live))?.prunes == false
    }

    private static func isWaitedFor(_ object: Object) -> Bool { ["Job", "Pod"].contains(object.kind) }

    package func run(
        _ object: Object, _ resource: APIResource, policies: Set<DesiredHook.DeletePolicy>, isCurrent: @Sendable () -> Bool
    ) async throws -> Result {
        let applier = Applier(client: client, time: time)
        let live = try await client.getIfPresent(resource, namespace: object.namespace, name: object.name)
        let start = Self.start(object, live: live, policies: policies, application: application, isInstall: isInstall)
        var made = live ?? object
        switch start {
        case .leave: return .left
        case .refuse(let owner):
            throw ApplyFailure("\(object.key) belongs to application \"\(owner)\": give one of the two another name", isTransient: false)
        case .wait, .done: break
        case .makeAnew, .make, .applyOver:
            if start == .makeAnew { try await applier.remove(object.key, resource) }
            made = try await client.apply(resource, object, fieldManager: fieldManager, force: true).object
        }
        let isSpared = live.map(Self.isSpared) ?? false
        if start != .done {
            do {
                guard try await wait(made, resource, isCurrent: isCurrent) else { return .atWork }
            } catch let failure as ApplyFailure {
                // One that was only left, because it takes long or a newer revision came, may still be at work.
                if policies.contains(.hookFailed), !failure.isTransient, !isSpared { try? await applier.remove(object.key, resource) }
                throw failure
            }
        }
        if policies.contains(.hookSucceeded), !isSpared { try await applier.remove(object.key, resource) }
        return .done
    }

    /// - Returns: False where it is still at work after a slice of time.
    private func wait(_ made: Object, _ resource: APIResource, isCurrent: @Sendable () -> Bool) async throws -> Bool {
        guard Self.isWaitedFor(made) else { return true }
        let start = time.elapsed
        while time.elapsed - start < slice ?? timeout {
            guard isCurrent() else { throw ApplyFailure("superseded by a newer revision", isTransient: true) }
            do {
                let live = try await client.get(resource, namespace: made.namespace, name: made.name)
                switch Self.verdict(live) {
                case .done?: return true
                case .failed(let why)?: throw ApplyFailure("\(made.key) failed: \(why)", isTransient: false)
                case nil: break
                }
            } catch let error as ClusterError where error.reason == .notFound {
                // Its own time to live ended it after it was done.
                return true
            }
            try await time.sleep(for: .milliseconds(300))
        }
        if slice != nil { return false }
        throw ApplyFailure("\(made.key) is not done after \(durationText(timeout))", isTransient: true)
    }

    private enum Verdict { case done, failed(String) }

    private static func verdict(_ live: Object) -> Verdict? {
        if live.kind == "Pod" {
            switch live.value[path: "status", "phase"]?.string {
            case "Succeeded": return .done
            case "Failed": return .failed(live.value[path: "status", "message"]?.string ?? "its containers failed")
            default: return nil
            }
        }
        for condition in live.value[path: "status", "conditions"]?.sequence ?? [] where condition["status"]?.string == "True" {
            switch condition["type"]?.string {
            case "Complete": return .done
            case "Failed": return .failed(condition["message"]?.string ?? condition["reason"]?.string ?? "it failed")
            default: continue
            }
        }
        return nil
    }
}
