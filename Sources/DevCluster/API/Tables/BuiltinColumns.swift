import Basics
import Document
import Kubernetes

/// kubectl's columns of the built-in kinds (k8s.io/kubernetes/pkg/printers/internalversion).
let builtinColumns: [GroupKind: [TableColumn]] = {
    var table: [GroupKind: [TableColumn]] = [:]
    func add(_ group: String, _ kind: String, _ columns: [TableColumn]) {
        table[GroupKind(group: group, kind: kind)] = [.name] + columns
    }
    add("", "Pod", podColumns)
    add("", "Namespace", [.text("Status", "status", "phase"), .age])
    add("", "Service", serviceColumns)
    add("", "ServiceAccount", [.count("Secrets", ["secrets"]), .age])
    add("", "ConfigMap", [.count("Data", ["data"], ["binaryData"]), .age])
    add("", "Secret", [.text("Type", "type"), .count("Data", ["data"]), .age])
    add("", "Endpoints", [TableColumn("Endpoints") { object, _ in .string(endpointsText(object)) }, .age])
    add("", "Node", nodeColumns)
    add("", "PersistentVolumeClaim", claimColumns)
    add("", "PersistentVolume", [
        .text("Capacity", "spec", "capacity", "storage"), accessModes, .text("Reclaim Policy", "spec", "persistentVolumeReclaimPolicy"),
        .text("Status", "status", "phase"),
        TableColumn("Claim") { object, _ in
            let claim = object.value[path: "spec", "claimRef"]
            return .string(claim.map { "\($0["namespace"]?.string ?? "")/\($0["name"]?.string ?? "")" } ?? "")
        },
        .text("StorageClass", "spec", "storageClassName"), .age,
    ])
    add("", "ReplicationController", [
        .number("Desired", "spec", "replicas"), .number("Current", "status", "replicas"), .number("Ready", "status", "readyReplicas"), .age,
    ])
    table[GroupKind(group: "", kind: "Event")] = eventColumns
    add("apps", "Deployment", deploymentColumns)
    add("apps", "ReplicaSet", [
        .number("Desired", "spec", "replicas"), .number("Current", "status", "replicas"), .number("Ready", "status", "readyReplicas"), .age,
    ] + templateColumns)
    add("apps", "StatefulSet", [
        TableColumn("Ready") { object, _ in
            .string("\(object.value[path: "status", "readyReplicas"]?.int ?? 0)/\(object.value[path: "spec", "replicas"]?.int ?? 0)")
        }, .age,
    ] + templateColumns.dropLast())
    add("apps", "DaemonSet", [
        .number("Desired", "status", "desiredNumberScheduled"), .number("Current", "status", "currentNumberScheduled"),
        .number("Ready", "status", "numberReady"), .number("Up-to-date", "status", "updatedNumberScheduled"),
        .number("Available", "status", "numberAvailable"),
        TableColumn("Node Selector") { object, _ in
            .string(labelsText(object.value[path: "spec", "template", "spec", "nodeSelector"]))
        }, .age,
    ] + templateColumns)
    add("apps", "ControllerRevision", [
        TableColumn("Controller") { object, _ in
            let owner = object.value[path: "metadata", "ownerReferences"]?[0]
            return .string(owner.map { "\(($0["kind"]?.string ?? "").lowercased()).apps/\($0["name"]?.string ?? "")" } ?? "<none>")
        }, .number("Revision", "revision"), .age,
    ])
    add("batch", "Job", jobColumns)
    add("batch", "CronJob", [
        .text("Schedule", "spec", "schedule"), .text("Timezone", "spec", "timeZone", otherwise: "<none>"),
        TableColumn("Suspend", type: "boolean") { object, _ in
            .string(object.value[path: "spec", "suspend"]?.bool ?? false ? "True" : "False")
        }, .count("Active", ["status", "active"]),
        TableColumn("Last Schedule") { object, now in
            let last = object.value[path: "status", "lastScheduleTime"]
            return .string(last == nil ? "<none>" : ageText(last, now))
        }, .age,
    ])
    add("autoscaling", "HorizontalPodAutoscaler", [
        TableColumn("Reference") { object, _ in
            let target = object.value[path: "spec", "scaleTargetRef"]
            return .string("\(target?["kind"]?.string ?? "")/\(target?["name"]?.string ?? "")")
        },
        TableColumn("Targets") { object, _ in .string(autoscalerTargets(object)) }, .number("MinPods", "spec", "minReplicas"),
        .number("MaxPods", "spec", "maxReplicas"), .number("Replicas", "status", "currentReplicas"), .age,
    ])
    add("networking.k8s.io", "Ingress", [
        .text("Class", "spec", "ingressClassName", otherwise: "<none>"),
        TableColumn("Hosts") { object, _ in
            let hosts = (object.value[path: "spec", "rules"]?.sequence ?? []).compactMap { $0["host"]?.string }
            return .string(hosts.isEmpty ? "*" : hosts.joined(separator: ","))
        },
        TableColumn("Address") { object, _ in .string(loadBalancerText(object)) },
        TableColumn("Ports") { object, _ in .string(object.value[path: "spec", "tls"] == nil ? "80" : "80, 443") }, .age,
    ])
    add("networking.k8s.io", "IngressClass", [.text("Controller", "spec", "controller"), .age])
    add("networking.k8s.io", "NetworkPolicy", [
        TableColumn("Pod-Selector") { object, _ in .string(selectorText(object.value[path: "spec", "podSelector"])) }, .age,
    ])
    add("discovery.k8s.io", "EndpointSlice", [
        .text("AddressType", "addressType"),
        TableColumn("Ports") { object, _ in
            let ports = (object.value["ports"]?.sequence ?? []).compactMap { $0["port"]?.int.map { "\($0)" } }
            return .string(ports.isEmpty ? "<unset>" : ports.joined(separator: ","))
        },
        TableColumn("Endpoints") { object, _ in
            let addresses = (object.value["endpoints"]?.sequence ?? []).flatMap { ($0["addresses"]?.sequence ?? []).compactMap(\.string) }
            return .string(addresses.isEmpty ? "<unset>" : shortened(addresses, limit: 3))
        }, .age,
    ])
    add("policy", "PodDisruptionBudget", [
        .text("Min Available", "spec", "minAvailable", otherwise: "N/A"),
        .text("Max Unavailable", "spec", "maxUnavailable", otherwise: "N/A"),
        .number("Allowed Disruptions", "status", "disruptionsAllowed"), .age,
    ])
    let created = TableColumn("Created At") { object, _ in object.value[path: "metadata", "creationTimestamp"] ?? "" }
    let roleRef = TableColumn("Role") { object, _ in
        let role = object.value["roleRef"]
        return .string("\(role?["kind"]?.string ?? "")/\(role?["name"]?.string ?? "")")
    }
    add("rbac.authorization.k8s.io", "Role", [created])
    add("rbac.authorization.k8s.io", "ClusterRole", [created])
    add("rbac.authorization.k8s.io", "RoleBinding", [roleRef, .age])
    add("rbac.authorization.k8s.io", "ClusterRoleBinding", [roleRef, .age])
    add("storage.k8s.io", "StorageClass", [
        .text("Provisioner", "provisioner"), .text("ReclaimPolicy", "reclaimPolicy"), .text("VolumeBindingMode", "volumeBindingMode"),
        .text("AllowVolumeExpansion", "allowVolumeExpansion", otherwise: "false"), .age,
    ])
    add("scheduling.k8s.io", "PriorityClass", [
        .number("Value", "value"), .text("Global-Default", "globalDefault", otherwise: "false"), .age,
    ])
    add("coordination.k8s.io", "Lease", [.text("Holder", "spec", "holderIdentity"), .age])
    add("apiextensions.k8s.io", "CustomResourceDefinition", [created])
    add("apiregistration.k8s.io", "APIService", [
        TableColumn("Service") { object, _ in
            let service = object.value[path: "spec", "service"]
            return .string(service.map { "\($0["namespace"]?.string ?? "")/\($0["name"]?.string ?? "")" } ?? "Local")
        }, .age,
    ])
    for kind in ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"] {
        add("admissionregistration.k8s.io", kind, [.count("Webhooks", ["webhooks"]), .age])
    }
    return table
}()

private let deploymentColumns: [TableColumn] = [
    TableColumn("Ready") { object, _ in
        .string("\(object.value[path: "status", "readyReplicas"]?.int ?? 0)/\(object.value[path: "spec", "replicas"]?.int ?? 0)")
    },
    .number("Up-to-date", "status", "updatedReplicas"), .number("Available", "status", "availableReplicas"), .age,
] + templateColumns

/// Containers, images and selector of a workload, for `-o wide`.
private let templateColumns: [TableColumn] = [
    TableColumn("Containers", priority: 1) { object, _ in .string(containerTexts(object, "name")) },
    TableColumn("Images", priority: 1) { object, _ in .string(containerTexts(object, "image")) },
    TableColumn("Selector", priority: 1) { object, _ in .string(selectorText(object.value[path: "spec", "selector"])) },
]

private let serviceColumns: [TableColumn] = [
    .text("Type", "spec", "type"), .text("Cluster-IP", "spec", "clusterIP", otherwise: "<none>"),
    TableColumn("External-IP") { object, _ in
        let type = object.value[path: "spec", "type"]?.string
        if type == "ExternalName" { return object.value[path: "spec", "externalName"] ?? "" }
        let own = (object.value[path: "spec", "externalIPs"]?.sequence ?? []).compactMap(\.string)
        if !own.isEmpty { return .string(own.joined(separator: ",")) }
        let address = loadBalancerText(object)
        return .string(!address.isEmpty ? address : type == "LoadBalancer" ? "<pending>" : "<none>")
    },
    TableColumn("Port(s)") { object, _ in
        let ports = (object.value[path: "spec", "ports"]?.sequence ?? []).map { port -> String in
            let node = port["nodePort"]?.int.map { $0 == 0 ? "" : ":\($0)" } ?? ""
            return "\(port["port"]?.int ?? 0)\(node)/\(port["protocol"]?.string ?? "TCP")"
        }
        return .string(ports.isEmpty ? "<none>" : ports.joined(separator: ","))
    }, .age,
    TableColumn("Selector", priority: 1) { object, _ in .string(labelsText(object.value[path: "spec", "selector"])) },
]

private let accessModes = TableColumn("Access Modes") { object, _ in
    let short = ["ReadWriteOnce": "RWO", "ReadOnlyMany": "ROX", "ReadWriteMany": "RWX", "ReadWriteOncePod": "RWOP"]
    let modes = (object.value[path: "status", "accessModes"] ?? object.value[path: "spec", "accessModes"])?.sequence ?? []
    return .string(modes.compactMap { $0.string.map { short[$0] ?? $0 } }.joined(separator: ","))
}

private let claimColumns: [TableColumn] = [
    .text("Status", "status", "phase"), .text("Volume", "spec", "volumeName"),
    .text("Capacity", "status", "capacity", "storage"), accessModes, .text("StorageClass", "spec", "storageClassName"), .age,
    .text("VolumeMode", "spec", "volumeMode", priority: 1),
]

private let jobColumns: [TableColumn] = [
    TableColumn("Status") { object, _ in
        let conditions = (object.value[path: "status", "conditions"]?.sequence ?? []).filter { $0["status"]?.string == "True" }
        let types = conditions.compactMap { $0["type"]?.string }
        for (type, word) in [("Complete", "Complete"), ("Failed", "Failed"), ("Suspended", "Suspended")] where types.contains(type) {
            return .string(word)
        }
        return .string(object.value[path: "metadata", "deletionTimestamp"] == nil ? "Running" : "Terminating")
    },
    TableColumn("Completions") { object, _ in
        let done = object.value[path: "status", "succeeded"]?.int ?? 0
        if let wanted = object.value[path: "spec", "completions"]?.int { return .string("\(done)/\(wanted)") }
        let parallel = object.value[path: "spec", "parallelism"]?.int ?? 0
        return .string(parallel > 1 ? "\(done)/1 of \(parallel)" : "\(done)/1")
    },
    TableColumn("Duration") { object, now in
        guard let start = object.value[path: "status", "startTime"]?.string else { return "" }
        let end = object.value[path: "status", "completionTime"]?.string
        return .string(ageText(.string(start), end.flatMap { Timestamp($0) } ?? now))
    }, .age,
] + templateColumns

private let nodeColumns: [TableColumn] = [
    TableColumn("Status") { object, _ in
        let ready = (object.value[path: "status", "conditions"]?.sequence ?? []).first { $0["type"]?.string == "Ready" }
        var text =
            switch ready?["status"]?.string {
            case "True": "Ready"
            case nil: "Unknown"
            default: "NotReady"
            }
        if object.value[path: "spec", "unschedulable"]?.bool ?? false { text += ",SchedulingDisabled" }
        return .string(text)
    },
    TableColumn("Roles") { object, _ in
        let roles = object.labels.keys.filter { $0.hasPrefix("node-role.kubernetes.io/") }.map { String($0.dropFirst(24)) }.sorted()
        return .string(roles.isEmpty ? "<none>" : roles.joined(separator: ","))
    }, .age, .text("Version", "status", "nodeInfo", "kubeletVersion"),
]

private let eventColumns: [TableColumn] = [
    TableColumn("Last Seen") { object, now in
        let value = object.value
        return .string(
            ageText(value["lastTimestamp"] ?? value["deprecatedLastTimestamp"] ?? value["eventTime"] ?? value[path: "metadata", "creationTimestamp"], now))
    }, .text("Type", "type"), .text("Reason", "reason"),
    TableColumn("Object") { object, _ in
        let about = object.value["involvedObject"] ?? object.value["regarding"]
        return .string("\((about?["kind"]?.string ?? "").lowercased())/\(about?["name"]?.string ?? "")")
    },
    TableColumn("Message") { object, _ in object.value["message"] ?? object.value["note"] ?? "" },
]

private func containerTexts(_ object: Object, _ field: String) -> String {
    (object.value[path: "spec", "template", "spec", "containers"]?.sequence ?? []).compactMap { $0[field]?.string }.joined(separator: ",")
}

func labelsText(_ value: Value?) -> String {
    guard let mapping = value?.mapping, !mapping.isEmpty else { return "<none>" }
    return mapping.sorted.map { "\($0.key)=\($0.value.string ?? "")" }.joined(separator: ",")
}

private func selectorText(_ value: Value?) -> String {
    guard let value, let selector = try? LabelSelector(value), !selector.isEmpty else { return "<none>" }
    return selector.query
}

private func loadBalancerText(_ object: Object) -> String {
    (object.value[path: "status", "loadBalancer", "ingress"]?.sequence ?? [])
        .compactMap { $0["ip"]?.string ?? $0["hostname"]?.string }.joined(separator: ",")
}

private func shortened(_ items: [String], limit: Int) -> String {
    let shown = items.prefix(limit).joined(separator: ",")
    return items.count > limit ? "\(shown) + \(items.count - limit) more..." : shown
}

private func endpointsText(_ object: Object) -> String {
    var all: [String] = []
    for subset in object.value["subsets"]?.sequence ?? [] {
        let addresses = (subset["addresses"]?.sequence ?? []).compactMap { $0["ip"]?.string }
        let ports = (subset["ports"]?.sequence ?? []).compactMap { $0["port"]?.int }
        for address in addresses { all += ports.isEmpty ? [address] : ports.map { "\(address):\($0)" } }
    }
    return all.isEmpty ? "<none>" : shortened(all, limit: 3)
}

private func autoscalerTargets(_ object: Object) -> String {
    let metrics = object.value[path: "spec", "metrics"]?.sequence ?? []
    let current = object.value[path: "status", "currentMetrics"]?.sequence ?? []
    let texts = metrics.enumerated().map { index, metric -> String in
        let name = metric[path: "resource", "name"]?.string ?? metric["type"]?.string?.lowercased() ?? ""
        let wanted = metric[path: "resource", "target", "averageUtilization"]?.int.map { "\($0)%" } ?? "<auto>"
        let now = current.indices.contains(index) ? current[index][path: "resource", "current", "averageUtilization"]?.int : nil
        return "\(name): \(now.map { "\($0)%" } ?? "<unknown>")/\(wanted)"
    }
    return texts.isEmpty ? "<none>" : texts.joined(separator: ", ")
}
