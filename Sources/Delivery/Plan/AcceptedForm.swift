internal import Document
package import Kubernetes

/// The object in a form that server-side apply can own field by field, on API servers before 1.21 too, which are
/// stricter with it than with any other write:
/// - ports name their `protocol`, a key of those lists, although the server defaults it (kubernetes/kubernetes#92332);
/// - quantities that are written as numbers (`cpu: 1`) become text;
/// - a Secret's `stringData` becomes `data`: of the first the server keeps nothing but that it was applied, so that
///   neither an edit by hand nor a key that git no longer has would be noticed.
package func inAcceptedForm(_ object: Object) -> Object {
    var object = object
    switch (object.gvk.group, object.kind) {
    case ("", "Service"):
        if let ports = object.value[path: "spec", "ports"] { object.value[path: "spec", "ports"] = withProtocols(ports) }
    case ("", "Secret"): object.value = withTextsAsData(object.value)
    case ("", "Pod"): object.value = withPodPorts(object.value, at: ["spec"])
    case ("apps", _), ("batch", "Job"): object.value = withPodPorts(object.value, at: ["spec", "template", "spec"])
    case ("batch", "CronJob"): object.value = withPodPorts(object.value, at: ["spec", "jobTemplate", "spec", "template", "spec"])
    default: break
    }
    if let schema = Schema.builtIn(for: object.gvk) { object.value = withQuantityTexts(object.value, schema) }
    return object
}

/// As the server does it; what is no text is left for the server to refuse.
private func withTextsAsData(_ secret: Value) -> Value {
    guard let texts = secret["stringData"]?.mapping, texts.allSatisfy({ $0.value.string != nil }), secret["data"].map({ $0.isNull || $0.mapping != nil }) ?? true
    else { return secret }
    var secret = secret
    var data = secret["data"]?.mapping ?? [:]
    for entry in texts { data[entry.key] = .string(Base64.encode(Array((entry.value.string ?? "").utf8))) }
    secret["stringData"] = nil
    if !data.isEmpty { secret["data"] = .mapping(data) }
    return secret
}

private func withQuantityTexts(_ value: Value, _ schema: Schema, depth: Int = 0) -> Value {
    guard depth < 100 else { return value }
    switch (value, schema.shape) {
    case (.int(let number), .scalar(.quantity)): return .string(String(number))
    case (.double(let number), .scalar(.quantity)): return .string(GoNumber.general(number))
    case (.mapping(let mapping), .object), (.mapping(let mapping), .map):
        return .mapping(
            Mapping(
                uniqueEntries: mapping.entries.map { entry in
                    guard let inner = field(entry.key, of: schema) else { return entry }
                    return Mapping.Entry(key: entry.key, value: withQuantityTexts(entry.value, inner, depth: depth + 1))
                }))
    case (.sequence(let items), .list(let list)): return .sequence(items.map { withQuantityTexts($0, list.item, depth: depth + 1) })
    default: return value
    }
}

private func field(_ name: String, of schema: Schema) -> Schema? {
    if case .map(let inner, _) = schema.shape { return inner }
    return schema.field(name)
}

private func withPodPorts(_ value: Value, at path: [String]) -> Value {
    var value = value
    for list in ["containers", "initContainers"] {
        guard case .sequence(let containers)? = value[path: path + [list]] else { continue }
        value[path: path + [list]] = .sequence(
            containers.map { container in
                guard let ports = container["ports"] else { return container }
                var container = container
                container["ports"] = withProtocols(ports)
                return container
            })
    }
    return value
}

private func withProtocols(_ ports: Value) -> Value {
    guard case .sequence(let items) = ports else { return ports }
    return .sequence(
        items.map { port in
            guard case .mapping = port, port["protocol"] == nil || port["protocol"]?.isNull == true else { return port }
            var port = port
            port["protocol"] = "TCP"
            return port
        })
}
