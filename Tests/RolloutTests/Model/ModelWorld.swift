import Basics
import DevCluster
import Document
import Kubernetes
@testable import Rollout

/// A cluster, git and people as one value of memory and virtual time: the real
/// controllers run on it, and every write is looked at by `Invariants`.
///
/// Nothing sleeps and nothing is concurrent: who is late is decided by who calls
/// what, so that a run can be repeated from its seed.
final class ModelWorld {
    let setup: ModelSetup
    private(set) var observed = Observed()
    var now = Timestamp(milliseconds: 1_795_000_000_000)
    var git: ModelGit
    /// What the metrics say of a version; those not named pass.
    var verdicts: [String: Verdict] = [:]
    /// How far Martlet's clock is off.
    var skew = Duration.zero
    /// Where requests may go at this moment: after a change of the route the old way is in use until every proxy knows.
    var ways: [Value] = []
    /// Images whose pods will not get ready, and how.
    var behaviors: [String: ModelBehavior] = [:]
    var invariants = Invariants()
    /// The last lines of what happened, for a failure's text.
    var journal: [String] = []
    /// What Martlet told people.
    var told: [String] = []

    var queue: [ControllerItem] = []
    var due: [(at: Timestamp, what: ModelTimer)] = []
    var failures: [ControllerItem: ActionFailure] = [:]
    private(set) var revision: Int64 = 0
    private var names = 0
    /// The last state that was read, for it is read often.
    var known: (text: String, state: RolloutState?) = ("", nil)

    let controllers: [any Controller] = [DeploymentController(), ReplicaSetController(), EndpointsController()]

    init(_ setup: ModelSetup) {
        self.setup = setup
        git = ModelGit(setup)
    }

    struct ControllerItem: Hashable {
        var controller: Int
        var key: ObjectKey
    }

    /// Another one at the same moment, which goes its own way from here.
    func copy() -> ModelWorld {
        let copy = ModelWorld(setup)
        (copy.observed, copy.now, copy.git, copy.verdicts, copy.skew) = (observed, now, git, verdicts, skew)
        (copy.ways, copy.behaviors, copy.invariants, copy.journal, copy.told) = (ways, behaviors, invariants, journal, told)
        (copy.queue, copy.due, copy.failures, copy.revision, copy.names) = (queue, due, failures, revision, names)
        return copy
    }

    enum Writer: String { case martlet, controller, kubelet, gateway, person }

    struct Refusal: Error, CustomStringConvertible {
        var reason: String
        var description: String { reason }
    }

    // MARK: requests

    @discardableResult
    func create(_ object: Object, by writer: Writer) throws(Refusal) -> Object {
        var object = object
        if object.name.isEmpty {
            names += 1
            object.name = (object.value[path: "metadata", "generateName"]?.string ?? "") + "\(names)"
        }
        guard observed.object(object.key) == nil else { throw Refusal(reason: "AlreadyExists") }
        names += 1
        object.value[path: "metadata", "uid"] = .string("uid-\(names)")
        object.value[path: "metadata", "creationTimestamp"] = .string(now.description)
        object.value[path: "metadata", "generation"] = 1
        commit(nil, object, by: writer)
        return observed.object(object.key) ?? object
    }

    func patch(_ key: ObjectKey, _ patch: Value, by writer: Writer) throws(Refusal) {
        guard let old = observed.object(key) else { throw Refusal(reason: "NotFound") }
        if let fence = patch[path: "metadata", "resourceVersion"]?.string, fence != old.resourceVersion {
            throw Refusal(reason: "Conflict")
        }
        if let uid = patch[path: "metadata", "uid"]?.string, uid != old.uid { throw Refusal(reason: "Conflict") }
        guard let new = Object(mergePatch(old.value, patch)) else { throw Refusal(reason: "Invalid") }
        commit(old, try admitted(new), by: writer)
    }

    func update(_ object: Object, by writer: Writer, isStatus: Bool = false) throws(Refusal) {
        guard let old = observed.object(object.key), old.uid == object.uid else { throw Refusal(reason: "NotFound") }
        guard old.resourceVersion == object.resourceVersion else { throw Refusal(reason: "Conflict") }
        var new = isStatus ? old : object
        new.value["status"] = isStatus ? object.value["status"] : old.value["status"]
        commit(old, try admitted(new), by: writer)
    }

    /// With dependents, as the garbage collector does in the background; a pod takes its time.
    func delete(_ key: ObjectKey, uid: String, by writer: Writer) throws(Refusal) {
        guard let old = observed.object(key) else { throw Refusal(reason: "NotFound") }
        guard uid.isEmpty || old.uid == uid else { throw Refusal(reason: "Conflict") }
        if key.groupKind == .pod, !old.isBeingDeleted {
            var new = old
            new.value[path: "metadata", "deletionTimestamp"] = .string(now.description)
            return commit(old, new, by: writer)
        }
        if key.groupKind == .pod { return }
        commit(old, nil, by: writer)
        for kind in [GroupKind.replicaSet, .pod] {
            for dependent in observed.owned(by: old.uid, kind) { try delete(dependent.key, uid: dependent.uid, by: writer) }
        }
    }

    func erase(_ pod: Object) { commit(pod, nil, by: .kubelet) }

    /// What a server-side apply makes of a manifest: mappings are joined, what the manifest does not name stays.
    func merged(_ manifest: Object) throws(Refusal) -> Object {
        var manifest = manifest
        manifest.value[path: "spec", "template", "spec", "terminationGracePeriodSeconds"] = 30
        guard let old = observed.object(manifest.key) else {
            manifest.value[path: "spec", "replicas"] = manifest.value[path: "spec", "replicas"] ?? .int(Int64(setup.size))
            return try admitted(manifest)
        }
        guard let new = Object(mergePatch(old.value, manifest.value)) else { throw Refusal(reason: "Invalid") }
        return try admitted(new)
    }

    func apply(_ manifest: Object, by writer: Writer) throws(Refusal) {
        let new = try merged(manifest)
        guard let old = observed.object(new.key) else {
            try create(new, by: writer)
            return
        }
        if old != new { commit(old, new, by: writer) }
    }

    /// The rules of the API server that the mechanism has to get round, and its defaults.
    private func admitted(_ object: Object) throws(Refusal) -> Object {
        guard object.groupKind == .deployment else { return object }
        var object = object
        let type = object.value[path: "spec", "strategy", "type"]?.string ?? "RollingUpdate"
        let hasRolling = object.value[path: "spec", "strategy", "rollingUpdate"] != nil
        if type == "Recreate", hasRolling { throw Refusal(reason: "Invalid: rollingUpdate with Recreate") }
        object.value[path: "spec", "strategy", "type"] = .string(type)
        if type == "RollingUpdate", !hasRolling {
            object.value[path: "spec", "strategy", "rollingUpdate"] = ["maxSurge": "25%", "maxUnavailable": "25%"]
        }
        return object
    }

    // MARK: every change goes through here

    private func commit(_ old: Object?, _ new: Object?, by writer: Writer) {
        revision += 1
        let change: Change
        if var new {
            if let old, old.value["spec"] != new.value["spec"] {
                new.value[path: "metadata", "generation"] = .int((old.generation ?? 0) + 1)
            }
            if let old, old == new { return }
            new.value[path: "metadata", "resourceVersion"] = .string("\(revision)")
            observed.insert(new)
            change = old.map { Change(from: $0, to: new) } ?? Change(added: new)
            note(writer, old, new)
            schedule(old, new)
        } else if let old {
            observed.remove(old.key)
            change = Change(from: old, to: nil)
            note(writer, old, nil)
        } else {
            return
        }
        enqueue(change)
        invariants.check(self, old: old, new: new.flatMap { observed.object($0.key) }, by: writer)
    }

    private func note(_ writer: Writer, _ old: Object?, _ new: Object?) {
        guard let object = new ?? old else { return }
        var text = "\(clock) \(writer.rawValue) \(new == nil ? "deletes" : old == nil ? "creates" : "writes") \(object.kind)/\(object.name)"
        if let old, let new {
            for field in ["paused", "replicas", "selector", "backends", "template", "strategy"]
            where old.value[path: "spec", field] != new.value[path: "spec", field] {
                let value = field == "template" ? .string(new.image) : new.value[path: "spec", field] ?? .null
                text += " \(field)=\(JSON.text(value))"
            }
            if let state = new.annotation(MartletAnnotations.rollout), state != old.annotation(MartletAnnotations.rollout) {
                text += " state=\(state)"
            } else if old.annotation(MartletAnnotations.rollout) != nil, new.annotation(MartletAnnotations.rollout) == nil {
                text += " state removed"
            }
            if old.value["spec"] == new.value["spec"], old.value["status"] != new.value["status"] { text += " status" }
        }
        log(text)
    }

    var clock: String { "+\(now.duration(since: Timestamp(milliseconds: 1_795_000_000_000)).components.seconds)s" }

    func log(_ text: String) {
        journal.append(text)
        if journal.count > 400 { journal.removeFirst(200) }
    }
}

extension Object {
    /// The image of the first container of a workload's template, or of a pod.
    var image: String {
        (value[path: "spec", "template", "spec", "containers"] ?? value[path: "spec", "containers"])?[0]?["image"]?.string ?? ""
    }

    var hash: String { label(templateHashLabel) ?? "" }
}
