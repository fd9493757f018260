import Basics
import DevCluster
import Document
import Kubernetes
import Rollout

/// What a version's pods do.
enum ModelBehavior: Hashable {
    /// Running, and never ready.
    case neverReady
    /// CrashLoopBackOff.
    case crashing
}

enum ModelTimer {
    case controller(ModelWorld.ControllerItem)
    /// A pod's containers have started.
    case started(ObjectKey, uid: String)
    /// A pod's containers have stopped.
    case stopped(ObjectKey, uid: String)
    /// A pod that had failed is well again.
    case recovered(ObjectKey, uid: String)
    /// The gateway's controller has taken note of the route.
    case accepted(generation: Int64)
    /// All its proxies have.
    case everywhere(Value)
}

/// Controllers, a kubelet and a gateway, each with its delays.
extension ModelWorld {
    func enqueue(_ change: Change) {
        for (index, controller) in controllers.enumerated() {
            guard change.object.groupKind == controller.kind || controller.watches.contains(change.object.groupKind) else { continue }
            for key in controller.keys(for: change, in: observed) {
                let item = ControllerItem(controller: index, key: key)
                if !queue.contains(item) { queue.append(item) }
            }
        }
    }

    /// One look of one controller.
    func runController(at index: Int = 0) {
        guard queue.indices.contains(index) else { return }
        let item = queue.remove(at: index)
        let decision = controllers[item.controller].reconcile(item.key, in: Situation(observed, now: now, failure: failures[item]))
        var newest: [ObjectKey: String] = [:]
        failures[item] = nil
        for action in decision.actions {
            do throws(Refusal) {
                try perform(action, &newest)
            } catch {
                if error.reason == "NotFound" { continue }
                failures[item] = ActionFailure(action: action, reason: error.reason, message: error.reason)
                if !queue.contains(item) { queue.append(item) }
                return
            }
        }
        if let again = decision.again { schedule(.controller(item), after: again) }
    }

    private func perform(_ action: Action, _ newest: inout [ObjectKey: String]) throws(Refusal) {
        switch action {
        case .create(let object):
            guard object.groupKind != .endpointSlice else { return }
            try create(object, by: .controller)
        case .update(var object):
            if let version = newest[object.key] { object.value[path: "metadata", "resourceVersion"] = .string(version) }
            try update(object, by: .controller)
        case .updateStatus(var object):
            if let version = newest[object.key] { object.value[path: "metadata", "resourceVersion"] = .string(version) }
            try update(object, by: .controller, isStatus: true)
        case .patch(let key, let value), .patchStatus(let key, let value): try patch(key, value, by: .controller)
        case .delete(let key, let uid, _): try delete(key, uid: uid, by: .controller)
        case .bind, .event: return
        }
        newest[action.key] = observed.object(action.key)?.resourceVersion
    }

    /// Until no controller has anything to do.
    func settle() {
        for _ in 0..<2000 where !queue.isEmpty { runController() }
        if !queue.isEmpty { invariants.violate(self, "controllers do not come to rest: \(queue)") }
    }

    // MARK: time

    func schedule(_ timer: ModelTimer, after delay: Duration) {
        let at = now.adding(max(.zero, delay))
        due.insert((at, timer), at: due.firstIndex { $0.at > at } ?? due.count)
    }

    /// Goes on to a moment; at each timer on the way the controllers run, unless they are late.
    func advance(to end: Timestamp, isSettling: Bool = true) {
        if isSettling { settle() }
        while let next = due.first, next.at <= end {
            due.removeFirst()
            now = max(now, next.at)
            fire(next.what)
            if isSettling { settle() }
        }
        now = max(now, end)
    }

    func advance(by duration: Duration, isSettling: Bool = true) { advance(to: now.adding(duration), isSettling: isSettling) }

    private func fire(_ timer: ModelTimer) {
        switch timer {
        case .controller(let item): if !queue.contains(item) { queue.append(item) }
        case .started(let key, let uid): start(key, uid)
        case .recovered(let key, let uid): setReady(key, uid, true, by: .kubelet)
        case .stopped(let key, let uid):
            if let pod = observed.object(key), pod.uid == uid { erase(pod) }
        case .accepted(let generation):
            guard var route = observed.object(ModelTraffic.route), (route.generation ?? 0) >= generation else { return }
            route.value["status"] = ["observedGeneration": .int(generation)]
            try? update(route, by: .gateway, isStatus: true)
        case .everywhere(let spec):
            if let index = ways.lastIndex(of: spec) { ways.removeFirst(index) }
        }
    }

    /// What a write sets going.
    func schedule(_ old: Object?, _ new: Object) {
        switch new.groupKind {
        case .pod:
            if old == nil { schedule(.started(new.key, uid: new.uid), after: setup.startDelay) }
            if new.isBeingDeleted, old?.isBeingDeleted != true { schedule(.stopped(new.key, uid: new.uid), after: setup.stopDelay) }
        case ModelTraffic.route.groupKind:
            guard old?.value["spec"] != new.value["spec"] else { return }
            ways.append(new.value["spec"] ?? .null)
            schedule(.accepted(generation: new.generation ?? 0), after: .seconds(1))
            schedule(.everywhere(new.value["spec"] ?? .null), after: .seconds(4))
        default: break
        }
    }

    // MARK: pods

    private func start(_ key: ObjectKey, _ uid: String) {
        guard var pod = observed.object(key), pod.uid == uid, !pod.isBeingDeleted else { return }
        let behavior = behaviors[pod.image]
        var status: Value = ["phase": "Running", "podIP": "10.0.0.1", "startTime": .string(now.description)]
        status["conditions"] = [condition(ready: behavior == nil)]
        if behavior == .crashing {
            status["containerStatuses"] = [
                ["name": "shop", "ready": false, "state": ["waiting": ["reason": "CrashLoopBackOff", "message": "back-off"]]]
            ]
        }
        pod.value["status"] = status
        try? update(pod, by: .kubelet, isStatus: true)
    }

    /// A pod that runs breaks for good.
    func fail(_ pod: Object) {
        var pod = pod
        pod.value[path: "status", "conditions"] = [condition(ready: false)]
        try? update(pod, by: .kubelet, isStatus: true)
    }

    func setReady(_ key: ObjectKey, _ uid: String, _ isReady: Bool, by writer: Writer) {
        guard var pod = observed.object(key), pod.uid == uid, pod.value[path: "status", "podIP"] != nil, !pod.isBeingDeleted,
            behaviors[pod.image] == nil
        else { return }
        pod.value[path: "status", "conditions"] = [condition(ready: isReady)]
        try? update(pod, by: writer, isStatus: true)
    }

    private func condition(ready: Bool) -> Value {
        ["type": "Ready", "status": .string(ready ? "True" : "False"), "lastTransitionTime": .string(now.description)]
    }
}
