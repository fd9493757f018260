internal import Document

/// From the templates' output to the documents of a release: splitting, hooks, order.
enum Manifests {
    /// A document and what its head says.
    private struct Entry {
        var document: RenderedDocument
        var hook: Hook?
    }

    static func sort(_ files: [String: String]) throws(ChartError) -> (manifests: [RenderedDocument], hooks: [Hook]) {
        var manifests: [RenderedDocument] = []
        var hooks: [Hook] = []
        for path in files.keys.sorted(by: goLess) {
            guard let content = files[path], !baseName(path).hasPrefix("_"), content.unicodeScalars.contains(where: { !isGoSpace($0) })
            else { continue }
            for text in split(content) {
                let head = try Head(text, path: path)
                let document = RenderedDocument(source: path, text: text, kind: head.kind)
                guard let events = head.annotations["helm.sh/hook"] else {
                    manifests.append(document)
                    continue
                }
                if let hook = hook(document, head, events) { hooks.append(hook) }
            }
        }
        return (inInstallOrder(manifests, \.kind), inInstallOrder(hooks, \.kind))
    }

    /// The documents of one output. A line that begins with `---` separates, whatever
    /// follows it; the space around goes.
    static func split(_ text: String) -> [String] {
        let bytes = Array(trimmedLeft(text).utf8)
        var documents: [String] = []
        func add(_ range: Range<Int>) {
            guard !range.isEmpty else { return }
            documents.append(trimmedLeft(String(decoding: bytes[range], as: UTF8.self)))
        }
        var start = 0
        var index = 0
        while let found = firstIndex(of: Array("---".utf8), in: bytes, from: index) {
            // The line's own newline, not one the separator before it has taken.
            guard found == 0 || found > start && bytes[found - 1] == UInt8(ascii: "\n") else {
                index = found + 1
                continue
            }
            var end = found
            while end > start, isSpace(bytes[end - 1]) { end -= 1 }
            add(start..<end)
            start = found + 3
            while start < bytes.count, isSpace(bytes[start]) { start += 1 }
            index = start
        }
        add(start..<bytes.count)
        return documents
    }

    /// `\s` of Go's regular expressions.
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0c || byte == 0x0d }

    private static func trimmedLeft(_ text: String) -> String {
        guard let first = text.utf8.first, first <= 0x20 || first >= 0x80 else { return text }
        return String(Substring(text).unicodeScalars.drop(while: isGoSpace))
    }

    private static func hook(_ document: RenderedDocument, _ head: Head, _ words: String) -> Hook? {
        var events: [HookEvent] = []
        for word in goSplit(words, ",") {
            guard let event = HookEvent(annotation: Letters.lower(trimmedSpace(word))) else { return nil }
            events.append(event)
        }
        let policies = head.annotations["helm.sh/hook-delete-policy"].map { goSplit($0, ",") } ?? []
        return Hook(
            name: head.name, kind: head.kind, events: events,
            weight: head.annotations["helm.sh/hook-weight"].flatMap { Int($0) } ?? 0,
            deletePolicies: policies.compactMap { HookDeletePolicy(rawValue: Letters.lower(trimmedSpace($0))) }, document: document)
    }

    private static func inInstallOrder<Item>(_ items: [Item], _ kind: KeyPath<Item, String>) -> [Item] {
        let ranked = items.enumerated().map { (rank: installRank[$1[keyPath: kind]], index: $0, item: $1) }
        return ranked.sorted { left, right in
            switch (left.rank, right.rank) {
            case (let a?, let b?): if a != b { return a < b }
            case (_?, nil): return true
            case (nil, _?): return false
            case (nil, nil):
                let (a, b) = (left.item[keyPath: kind], right.item[keyPath: kind])
                if a != b { return goLess(a, b) }
            }
            return left.index < right.index
        }.map(\.item)
    }
}

/// The part of a manifest Helm looks at.
private struct Head {
    var kind = ""
    var name = ""
    var annotations: [String: String] = [:]

    init(_ text: String, path: String) throws(ChartError) {
        func failure(_ message: String, line: Int? = nil) -> ChartError {
            ChartError(.output, file: path, line: line, message: "YAML parse error on \(path): \(message)")
        }
        let value: Value
        do throws(DocumentError) {
            value = try YAML.parse(text, options: YAML.Options(maxBytes: nil, duplicateKeys: .last, ignoresFurtherDocuments: true))
        } catch {
            throw failure(goYAMLError(error), line: error.position?.line)
        }
        func mismatch(_ value: Value, _ target: String) -> ChartError {
            failure("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal \(value.jsonType) into Go \(target)")
        }
        func word(_ value: Value?, _ field: String) throws(ChartError) -> String {
            guard let value, !value.isNull else { return "" }
            guard let text = value.goText else { throw mismatch(value, "struct field \(field.hasPrefix("metadata.") ? "" : "SimpleHead").\(field) of type string") }
            return text
        }
        if let special = value.notJSON { throw failure("error converting YAML to JSON: json: unsupported value: \(special)") }
        if value.isNull { return }
        guard let mapping = value.mapping else { throw mismatch(value, "value of type util.SimpleHead") }
        _ = try word(mapping["apiVersion"], "apiVersion")
        kind = try word(mapping["kind"], "kind")
        guard let metadata = mapping["metadata"], !metadata.isNull else { return }
        guard let fields = metadata.mapping else { throw mismatch(metadata, "struct field SimpleHead.metadata of type struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \"json:\\\"annotations\\\"\" }") }
        name = try word(fields["name"], "metadata.name")
        guard let notes = fields["annotations"], !notes.isNull else { return }
        guard let entries = notes.mapping else { throw mismatch(notes, "struct field .metadata.annotations of type map[string]string") }
        for entry in entries { annotations[entry.key] = try word(entry.value, "metadata.annotations") }
    }
}

/// Helm's order of installing kinds; any other comes after, by name.
private let installRank: [String: Int] = {
    let order = [
        "PriorityClass", "Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy",
        "PodDisruptionBudget", "ServiceAccount", "Secret", "SecretList", "ConfigMap", "StorageClass", "PersistentVolume",
        "PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding",
        "ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod",
        "ReplicationController", "ReplicaSet", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob",
        "IngressClass", "Ingress", "APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
    ]
    return Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
}()
