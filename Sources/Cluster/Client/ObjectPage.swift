package import Document
package import Kubernetes

/// One page of a list.
package struct ObjectPage: Sendable, Hashable {
    package var items: [Object]
    package var resourceVersion: String
    /// Names the next page; nil on the last.
    package var `continue`: String?

    package init(items: [Object], resourceVersion: String, continue token: String? = nil) {
        self.items = items
        self.resourceVersion = resourceVersion
        self.continue = token
    }

    /// From a `…List`. Its items carry no apiVersion and kind: the list's type fills them in.
    package init?(_ list: Value, gvk: GroupVersionKind) {
        guard let metadata = list["metadata"]?.mapping, let items = list["items"] else { return nil }
        // Go writes an empty list of no items as null.
        guard items.isNull || items.sequence != nil else { return nil }
        self.items = (items.sequence ?? []).compactMap { item in
            guard case .mapping(let mapping) = item else { return nil }
            if let object = Object(item) { return object }
            var entries = [
                Mapping.Entry(key: "apiVersion", value: .string(gvk.apiVersion)),
                Mapping.Entry(key: "kind", value: .string(gvk.kind)),
            ]
            entries += mapping.entries.filter { $0.key != "apiVersion" && $0.key != "kind" }
            return Object(.mapping(Mapping(uniqueEntries: entries)))
        }
        guard self.items.count == items.sequence?.count ?? 0 else { return nil }
        resourceVersion = metadata["resourceVersion"]?.string ?? ""
        let token = metadata["continue"]?.string ?? ""
        self.continue = token.isEmpty ? nil : token
    }
}
