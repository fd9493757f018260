package import Cluster
internal import Document
internal import Kubernetes

/// Definitions of the kinds of routes that a cluster does not bring along: only as much as a test needs, any field may
/// be in the objects. The whole ones come with a folder of definitions (`install(_:on:)` takes those too).
package enum RouteDefinitions {
    package static let httpRoute = text(group: "gateway.networking.k8s.io", kind: "HTTPRoute", plural: "httproutes", extra: "subresources: {status: {}}")
    package static let virtualService = text(group: "networking.istio.io", kind: "VirtualService", plural: "virtualservices")
    package static let destinationRule = text(group: "networking.istio.io", kind: "DestinationRule", plural: "destinationrules")
    package static let all = [httpRoute, virtualService, destinationRule]

    private static func text(group: String, kind: String, plural: String, extra: String = "subresources: {}") -> String {
        """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata:
          name: \(plural).\(group)
          annotations: {api-approved.kubernetes.io: "unapproved, for tests"}
        spec:
          group: \(group)
          scope: Namespaced
          names: {kind: \(kind), listKind: \(kind)List, plural: \(plural), singular: \(kind.lowercased())}
          versions:
          - name: v1
            served: true
            storage: true
            \(extra)
            schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
        """
    }

    /// Creates definitions that are not there and returns when the API server serves their kinds.
    package static func install(_ texts: [String] = all, on client: ClusterClient) async throws {
        let resource = try await client.resource(for: GroupVersionKind(apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition"))
        var wanted: [GroupKind] = []
        for text in texts {
            guard let object = Object(try YAML.parse(text)) else { continue }
            do throws(ClusterError) {
                // Not applied: an old server's merge knows less of definitions than its decoder lets pass.
                _ = try await client.create(resource, object)
            } catch {
                if error.reason != .alreadyExists { throw error }
            }
            let kind = object.value[path: "spec", "names", "kind"]?.string ?? ""
            wanted.append(GroupKind(group: object.value[path: "spec", "group"]?.string ?? "", kind: kind))
        }
        for _ in 0..<3000 {
            let served = Set(try await client.resources(refresh: true).map(\.gvk.groupKind))
            if wanted.allSatisfy(served.contains) { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw SubprocessError("the API server does not serve \(wanted.map(\.kind).joined(separator: ", "))")
    }
}
