import Basics
import Kubernetes
import Logging

/// Types that the server no longer serves.
extension WatchCache {
    /// A server that starts may not know its own definitions for a while.
    static let patience = Duration.seconds(60)

    /// The type to list next. Where the server says that there is none such, it may be served in another version; nil where
    /// the cluster has no such kind any more: then nobody follows it, as after a restart.
    func resourceToList(_ identifier: Identifier) async -> APIResource? {
        guard let part = parts[identifier] else { return nil }
        guard part.missingSince != nil else { return part.resource }
        if part.wanted.gvk != part.resource.gvk { return follow(part.wanted, identifier) }
        guard let served = try? await client.resources(refresh: true) else { return part.resource }
        let kinds = served.filter { $0.gvk.groupKind == identifier.groupKind && $0.verbs.contains("list") }
        if kinds.contains(where: { $0.gvk == part.resource.gvk }) { return part.resource }
        if let other = kinds.first { return follow(other, identifier) }
        // A group that did not answer is not a group without kinds.
        let isWhole = !client.discoveryFailures.keys.contains { GroupVersionKind(apiVersion: $0, kind: "").group == identifier.groupKind.group }
        guard isWhole, let since = parts[identifier]?.missingSince, time.elapsed - since >= Self.patience else { return part.resource }
        logger.warning("the cluster has the kind no longer", metadata: ["resource": "\(part.resource.name)"])
        parts[identifier] = nil
        hub.publish(CacheChanges(kinds: [identifier.groupKind]))
        return nil
    }

    private func follow(_ resource: APIResource, _ identifier: Identifier) -> APIResource {
        parts[identifier]?.resource = resource
        parts[identifier]?.wanted = resource
        parts[identifier]?.isForeign = true
        return resource
    }
}
