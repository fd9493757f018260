package import Basics
package import Cluster
internal import Document
package import Kubernetes

/// A Kubernetes Event: a word about an object, where `kubectl describe` shows it.
package struct ClusterEvent: Sendable, Hashable {
    /// The object that it is about; without a uid where the object is not there.
    package struct Subject: Sendable, Hashable {
        package var apiVersion: String
        package var kind: String
        package var namespace: String
        package var name: String
        package var uid: String

        package init(apiVersion: String, kind: String, namespace: String, name: String, uid: String = "") {
            (self.apiVersion, self.kind, self.namespace, self.name, self.uid) = (apiVersion, kind, namespace, name, uid)
        }

        package init(_ object: Object) {
            self.init(apiVersion: object.apiVersion, kind: object.kind, namespace: object.namespace, name: object.name, uid: object.uid)
        }
    }

    package var subject: Subject
    /// Tells apart the events of one subject: told again, it is the same event.
    package var id: String
    package var reason: String
    package var message: String
    package var isWarning: Bool
    package var at: Timestamp

    package init(_ subject: Subject, id: String, reason: String, message: String, isWarning: Bool, at: Timestamp) {
        (self.subject, self.id, self.reason, self.message, self.isWarning, self.at) = (subject, id, reason, message, isWarning, at)
    }

    package static let resource = APIResource(
        gvk: GroupVersionKind(apiVersion: "v1", kind: "Event"), name: "events", isNamespaced: true, verbs: ["create", "patch"])

    /// events.k8s.io/v1 takes 1 KiB.
    private static let messageLimit = 1000

    private var name: String { "\(subject.name.prefix(200)).\(id.lowercased())" }

    private var text: String {
        guard message.utf8.count > Self.messageLimit else { return message }
        var text = message
        while text.utf8.count > Self.messageLimit { text = String(text.dropLast(text.utf8.count > Self.messageLimit + 100 ? 25 : 1)) }
        return text + "…"
    }

    package var object: Object? {
        let time = Value.string(at.description)
        var involved: Value = [
            "apiVersion": .string(subject.apiVersion), "kind": .string(subject.kind), "namespace": .string(subject.namespace), "name": .string(subject.name),
        ]
        if !subject.uid.isEmpty { involved["uid"] = .string(subject.uid) }
        return Object([
            "apiVersion": "v1", "kind": "Event", "type": .string(isWarning ? "Warning" : "Normal"), "reason": .string(reason), "message": .string(text),
            "metadata": ["name": .string(name), "namespace": .string(subject.namespace)], "involvedObject": involved,
            "source": ["component": "martlet"], "firstTimestamp": time, "lastTimestamp": time, "count": 1,
        ])
    }

    /// Says it; where it was said before, it is said as it is now.
    package func write(_ client: ClusterClient) async throws(ClusterError) {
        guard let object else { return }
        do throws(ClusterError) {
            _ = try await client.create(Self.resource, object, fieldManager: fieldManager)
        } catch {
            guard error.reason == .alreadyExists else { throw error }
            let change: Value = [
                "type": object.value["type"] ?? .null, "reason": .string(reason), "message": .string(text), "lastTimestamp": .string(at.description),
            ]
            _ = try await client.patch(Self.resource, namespace: subject.namespace, name: name, change, type: .merge, fieldManager: fieldManager)
        }
    }
}
