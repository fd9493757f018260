internal import Delivery
internal import Document
internal import History
internal import Kubernetes
internal import Rollout

/// Who leads to whom: routes to Services, Services to workloads, and what workloads mount.
///
/// From objects alone, live or as git said them: a value in, a value out.
struct Topology: Sendable, Hashable {
    struct Node: Sendable, Hashable {
        var key: ObjectKey
        var application: String
        var health: String
        /// The sets of pods of a workload that runs a rollout.
        var sets: [PodSet] = []
    }

    /// The pods of one version of a workload.
    struct PodSet: Sendable, Hashable {
        var version: Arm
        /// Of the ReplicaSet or ControllerRevision; "" while there is none.
        var name: String
        var hash: String
        var desired: Int
        var ready: Int
        /// Of the requests, in percent; nil where it depends on who asks, or is not known.
        var share: Int?
    }

    struct Edge: Sendable, Hashable {
        enum Kind: String, Sendable { case routes, selects, owns, mounts }

        var from: ObjectKey
        var to: ObjectKey
        var kind: Kind
        /// In percent.
        var weight: Int?
        /// Which requests, in words; "" for all.
        var match = ""
    }

    private(set) var nodes: [Node] = []
    private(set) var edges: [Edge] = []
    /// Of the past: which revision's objects they are, and what is to be said of it.
    private(set) var past: Value?

    /// More is no picture any more.
    static let mostNodes = 5_000

    /// - Parameter objects: those that a viewer may see; what leads to others is left out.
    init(_ objects: [(object: Object, health: String)]) {
        let all = objects.prefix(Self.mostNodes)
        let known = Set(all.map(\.object.key))
        nodes = all.map { Node(key: $0.object.key, application: $0.object.label(MartletAnnotations.application) ?? "", health: $0.health) }
        var templates: [String: [(ObjectKey, Mapping)]] = [:]
        for (object, _) in all where object.value[path: "spec", "template"] != nil {
            templates[object.namespace, default: []].append((object.key, object.value[path: "spec", "template", "metadata", "labels"]?.mapping ?? [:]))
        }
        for (object, _) in all {
            for edge in Self.edges(of: object, templates[object.namespace] ?? []) where known.contains(edge.to) { edges.append(edge) }
        }
        let byUID = Dictionary(all.map { ($0.object.uid, $0.object.key) }.filter { !$0.0.isEmpty }, uniquingKeysWith: { first, _ in first })
        for (object, _) in all {
            for owner in object.value[path: "metadata", "ownerReferences"]?.sequence ?? [] {
                if let from = owner["uid"]?.string.flatMap({ byUID[$0] }) { edges.append(Edge(from: from, to: object.key, kind: .owns)) }
            }
        }
    }

    /// As git said it at a moment, with the health that somebody saw. Pods and what the mesh then did with traffic are not kept.
    init(_ sight: PastSight) {
        let workloads = (sight.seen?.applications ?? []).flatMap(\.workloads)
        let health = Dictionary(workloads.map { ($0.sight.key, $0.sight.health.rawValue) }) { first, _ in first }
        let objects = sight.meant.objects
        self.init(objects.map { ($0.object, health[$0.object.key] ?? "") })
        for (index, object) in zip(nodes.indices, objects) { nodes[index].application = object.application }
        var told = sight.meant.revision.value
        told["notes"] = .sequence(sight.allNotes.map { .string($0) })
        past = told
    }

    /// Shows the two versions of the workloads that run a rollout.
    mutating func show(_ reports: [RolloutReport]) {
        let byWorkload = Dictionary(reports.map { ($0.workload, $0) }, uniquingKeysWith: { first, _ in first })
        for index in nodes.indices {
            guard let report = byWorkload[nodes[index].key] else { continue }
            nodes[index].sets = Arm.allCases.compactMap { arm in
                report.versions[arm].map { PodSet(version: arm, name: $0.set, hash: $0.hash, desired: $0.pods, ready: $0.ready, share: report.share(of: arm)) }
            }
        }
    }

    private static func edges(of object: Object, _ templates: [(ObjectKey, Mapping)]) -> [Edge] {
        let namespace = object.namespace
        func service(_ name: Value?, in other: Value? = nil) -> ObjectKey? {
            name?.string.map { ObjectKey(group: "", kind: "Service", namespace: other?.string ?? namespace, name: $0) }
        }
        switch (object.gvk.group, object.kind) {
        case ("", "Service"):
            guard let selector = object.value[path: "spec", "selector"]?.mapping, !selector.isEmpty else { return [] }
            let labels = LabelSelector(labels: selector)
            return templates.filter { labels.matches($0.1) }.map { Edge(from: object.key, to: $0.0, kind: .selects) }
        case ("networking.k8s.io", "Ingress"):
            var edges: [Edge] = []
            if let to = service(object.value[path: "spec", "defaultBackend", "service", "name"]) { edges.append(Edge(from: object.key, to: to, kind: .routes)) }
            for rule in object.value[path: "spec", "rules"]?.sequence ?? [] {
                for path in rule[path: "http", "paths"]?.sequence ?? [] {
                    guard let to = service(path[path: "backend", "service", "name"]) else { continue }
                    edges.append(Edge(from: object.key, to: to, kind: .routes, match: (rule["host"]?.string ?? "") + (path["path"]?.string ?? "")))
                }
            }
            return unique(edges)
        case ("gateway.networking.k8s.io", let kind) where kind.hasSuffix("Route"):
            var edges: [Edge] = []
            for rule in object.value[path: "spec", "rules"]?.sequence ?? [] {
                let backends = rule["backendRefs"]?.sequence ?? []
                let match = words(rule["matches"])
                let keys = backends.map { ($0["kind"]?.string ?? "Service") == "Service" ? service($0["name"], in: $0["namespace"]) : nil }
                edges += shares(keys, backends, unsaid: 1)
                    .map { Edge(from: object.key, to: $0.0, kind: .routes, weight: $0.1, match: match) }
            }
            return unique(edges)
        case ("networking.istio.io", "VirtualService"):
            var edges: [Edge] = []
            for rule in object.value[path: "spec", "http"]?.sequence ?? [] {
                let routes = rule["route"]?.sequence ?? []
                let match = words(rule["match"])
                let keys = routes.map { route in host(route[path: "destination", "host"]?.string, namespace) }
                // A single destination gets everything.
                edges += shares(keys, routes, unsaid: routes.contains { $0["weight"] != nil } ? 0 : 1)
                    .map { Edge(from: object.key, to: $0.0, kind: .routes, weight: $0.1, match: match) }
            }
            return unique(edges)
        default:
            guard let pod = object.value[path: "spec", "template", "spec"] else { return [] }
            return podReferences(pod).map { Edge(from: object.key, to: ObjectKey(group: "", kind: $0.kind, namespace: namespace, name: $0.name), kind: .mounts) }
        }
    }

    /// A mesh's host: `name`, `name.namespace` or `name.namespace.svc.…`.
    private static func host(_ host: String?, _ namespace: String) -> ObjectKey? {
        guard let parts = host?.split(separator: ".").map(String.init), let name = parts.first else { return nil }
        return ObjectKey(group: "", kind: "Service", namespace: parts.dropFirst().first ?? namespace, name: name)
    }

    /// Weights as percent of a rule; without any, nothing is said of a single backend.
    ///
    /// - Parameter unsaid: the weight of a backend that has none: 1 in the Gateway API, 0 beside others that have one in Istio.
    private static func shares(_ keys: [ObjectKey?], _ backends: [Value], unsaid: Int64) -> [(ObjectKey, Int?)] {
        let weights = backends.map { min(1_000_000, max(0, $0["weight"]?.int ?? unsaid)) }
        let sum = weights.reduce(0, +)
        return zip(keys, weights).compactMap { key, weight in
            key.map { ($0, backends.count > 1 && sum > 0 ? Int(clamping: weight * 100 / sum) : nil) }
        }
    }

    /// What a rule matches, short: JSON that a person can read.
    private static func words(_ matches: Value?) -> String {
        guard let all = matches?.sequence, !all.isEmpty else { return "" }
        let plain: Value = [["path": ["type": "PathPrefix", "value": "/"]]]
        if .sequence(all) == plain { return "" }
        let text = JSON.text(.sequence(all))
        return text.count > 200 ? text.prefix(200) + "…" : text
    }

    private static func unique(_ edges: [Edge]) -> [Edge] {
        var seen: Set<Edge> = []
        return edges.filter { seen.insert($0).inserted }
    }

    var value: Value {
        var value: Value = [
            "nodes": .sequence(
                nodes.map { node in
                    var value: Value = [
                        "id": .string(node.key.description), "group": .string(node.key.group), "kind": .string(node.key.kind),
                        "namespace": .string(node.key.namespace), "name": .string(node.key.name), "application": .string(node.application),
                        "health": .string(node.health),
                    ]
                    if !node.sets.isEmpty { value["sets"] = .sequence(node.sets.map(\.value)) }
                    return value
                }),
            "edges": .sequence(
                edges.map { edge in
                    var value: Value = ["from": .string(edge.from.description), "to": .string(edge.to.description), "kind": .string(edge.kind.rawValue)]
                    if let weight = edge.weight { value["weight"] = .int(Int64(weight)) }
                    if !edge.match.isEmpty { value["match"] = .string(edge.match) }
                    return value
                }),
        ]
        if let past { value["past"] = past }
        return value
    }
}

extension Topology.PodSet {
    var value: Value {
        var value: Value = [
            "version": .string(version.rawValue), "name": .string(name), "hash": .string(hash), "desired": .int(Int64(desired)), "ready": .int(Int64(ready)),
        ]
        if let share { value["share"] = .int(Int64(share)) }
        return value
    }
}

extension RolloutReport {
    /// The part of the requests that goes to a version while a step lasts, in percent.
    fileprivate func share(of arm: Arm) -> Int? {
        let next: Int
        switch step?.exposure {
        case .weight(let percent): next = min(100, max(0, percent))
        // Copies and previews are nobody's requests.
        case .preview, .mirror: next = 0
        case .matching, nil: return nil
        }
        return arm == .next ? next : 100 - next
    }
}
