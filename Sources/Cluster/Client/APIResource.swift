internal import Basics
package import Kubernetes

/// A resource type as discovery describes it: how to make its URL.
package struct APIResource: Sendable, Hashable {
    package var gvk: GroupVersionKind
    /// The plural in the URL: "deployments".
    package var name: String
    package var singularName: String
    package var shortNames: [String]
    package var categories: [String]
    package var isNamespaced: Bool
    package var verbs: Set<String>
    /// What can be asked for below an object: "status", "scale", "log".
    package var subresources: Set<String>

    package init(
        gvk: GroupVersionKind, name: String, singularName: String = "", shortNames: [String] = [], categories: [String] = [],
        isNamespaced: Bool, verbs: Set<String>, subresources: Set<String> = []
    ) {
        self.gvk = gvk
        self.name = name
        self.singularName = singularName
        self.shortNames = shortNames
        self.categories = categories
        self.isNamespaced = isNamespaced
        self.verbs = verbs
        self.subresources = subresources
    }

    /// `/apis/apps/v1/namespaces/shop/deployments/front-end`; nil parts left out.
    package func path(namespace: String? = nil, name: String? = nil, subresource: String? = nil) -> String {
        var path = gvk.group.isEmpty ? "/api/\(gvk.version)" : "/apis/\(gvk.group)/\(gvk.version)"
        if isNamespaced, let namespace, !namespace.isEmpty { path += "/namespaces/\(percentEncoded(namespace))" }
        path += "/\(self.name)"
        if let name { path += "/\(percentEncoded(name))" }
        if let subresource { path += "/\(subresource)" }
        return path
    }
}
