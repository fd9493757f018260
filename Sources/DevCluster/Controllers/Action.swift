package import Document
package import Kubernetes

/// One request a controller wants made.
package enum Action: Sendable, Hashable {
    /// `metadata.generateName` is allowed.
    case create(Object)
    /// The whole object, fenced by its resourceVersion.
    case update(Object)
    /// Only the status, fenced by the resourceVersion.
    case updateStatus(Object)
    /// A merge patch of the object.
    case patch(ObjectKey, Value)
    /// A merge patch of the status; give `metadata.uid` to fence it.
    case patchStatus(ObjectKey, Value)
    case delete(ObjectKey, uid: String, Deletion = .normal)
    case bind(pod: ObjectKey, uid: String, node: String)
    case event(EventRecord)

    package enum Deletion: Sendable, Hashable {
        /// The grace period the object asks for; dependents go afterward.
        case normal
        /// At once: what a kubelet sends when the containers have stopped.
        case confirmed
    }

    /// The object a request is about; empty names where the server makes one.
    package var key: ObjectKey {
        switch self {
        case .create(let object), .update(let object), .updateStatus(let object): object.key
        case .patch(let key, _), .patchStatus(let key, _), .delete(let key, _, _), .bind(let key, _, _): key
        case .event(let event): event.regarding
        }
    }
}

/// What the server said to an action that failed.
package struct ActionFailure: Sendable, Hashable {
    package var action: Action
    package var reason: String
    package var message: String

    package init(action: Action, reason: String, message: String) {
        self.action = action
        self.reason = reason
        self.message = message
    }

    /// Whether a dependent could not be made or removed: what `ReplicaFailure` tells.
    package var concernsPods: Bool { action.key.kind == "Pod" }
}

/// Something a person should be able to read in `kubectl describe`.
package struct EventRecord: Sendable, Hashable {
    package enum Severity: String, Sendable { case normal = "Normal", warning = "Warning" }

    package var regarding: ObjectKey
    package var uid: String
    package var apiVersion: String
    package var severity: Severity
    package var reason: String
    package var message: String

    package init(_ severity: Severity = .normal, _ reason: String, _ message: String, on object: Object) {
        regarding = object.key
        uid = object.uid
        apiVersion = object.apiVersion
        self.severity = severity
        self.reason = reason
        self.message = message
    }
}
