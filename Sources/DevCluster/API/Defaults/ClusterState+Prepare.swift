import Document
import Kubernetes

/// What the server itself writes into an object before it is checked.
extension ClusterState {
    /// Defaults: what the writer is taken to have said, and owns.
    func defaulted(_ object: Object, type: ResourceType) -> Object {
        var object = filled(object)
        if type.id == Self.namespaces {
            object.value[path: "metadata", "labels", "kubernetes.io/metadata.name"] = .string(object.name)
        }
        return object
    }

    /// The server's own part of a new object (the registries' `PrepareForCreate`); nobody owns it.
    func prepareCreated(_ object: Object, type: ResourceType) -> Object {
        var object = object
        switch (type.group, type.kind) {
        case ("", "Namespace"):
            object.value.fill("spec", "finalizers", with: ["kubernetes"])
            object.value[path: "status", "phase"] = "Active"
        case ("", "Pod"):
            object.value.change("spec") { PodDefaults.admit(&$0) }
            object.value[path: "status"] = ["phase": "Pending", "qosClass": .string(Self.qosClass(object))]
        case ("batch", "Job"): selectOwnPods(&object)
        default: break
        }
        if type.custom == nil, type.hasStatus { object.value.fill("status", with: Self.firstStatus[type.kind] ?? [:]) }
        return object
    }

    /// The counts that Go writes also when they are zero.
    private static let firstStatus: [String: Value] = [
        "ReplicaSet": ["replicas": 0], "ReplicationController": ["replicas": 0],
        "StatefulSet": ["replicas": 0, "availableReplicas": 0],
        "DaemonSet": [
            "currentNumberScheduled": 0, "desiredNumberScheduled": 0, "numberMisscheduled": 0, "numberReady": 0,
        ],
        "HorizontalPodAutoscaler": ["currentReplicas": 0, "desiredReplicas": 0],
        "Ingress": ["loadBalancer": [:]],
        "PodDisruptionBudget": ["currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0],
    ]

    func prepareUpdated(_ object: Object, old: Object, type: ResourceType, version: String) -> Object {
        var object = defaulted(object, type: type)
        switch (type.group, type.kind) {
        case ("batch", "Job") where object.value[path: "spec", "selector"] == nil:
            // Who writes the manifest again does not know what the server put there.
            object.value[path: "spec", "selector"] = old.value[path: "spec", "selector"]
            for label in Self.jobLabels {
                let path = ["spec", "template", "metadata", "labels", label]
                if object.value[path: path] == nil { object.value[path: path] = old.value[path: path] }
            }
        case ("", "Service"): keepAddresses(&object, old: old)
        case ("", "PersistentVolumeClaim"):
            if let volume = old.value[path: "spec", "volumeName"] { object.value.fill("spec", "volumeName", with: volume) }
            if let storage = old.value[path: "spec", "storageClassName"] { object.value.fill("spec", "storageClassName", with: storage) }
        case ("", "ServiceAccount"):
            if let secrets = old.value["secrets"] { object.value.fill("secrets", with: secrets) }
        case ("", "Pod"):
            // Whoever writes the manifest again does not know what admission and scheduler put there.
            for field in ["nodeName", "serviceAccountName", "serviceAccount", "priority", "preemptionPolicy", "tolerations"] {
                if let value = old.value[path: "spec", field] { object.value.fill("spec", field, with: value) }
            }
        default: break
        }
        return object
    }

    private func filled(_ object: Object) -> Object {
        var object = object
        WorkloadDefaults.fill(&object)
        ConfigurationDefaults.fill(&object)
        return object
    }

    private static let jobLabels = [
        "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name", "controller-uid", "job-name",
    ]

    /// A Job without a selector of its own finds its pods by its uid (registry/batch/job, generateSelector).
    private func selectOwnPods(_ object: inout Object) {
        guard object.value[path: "spec", "manualSelector"]?.bool != true, object.value[path: "spec", "template"] != nil else { return }
        for label in Self.jobLabels {
            let value = label.hasSuffix("uid") ? object.uid : object.name
            object.value.fill("spec", "template", "metadata", "labels", label, with: .string(value))
        }
        object.value.fill(
            "spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid", with: .string(object.uid))
    }

    /// `Guaranteed`, `Burstable` or `BestEffort` (helper/qos).
    private static func qosClass(_ pod: Object) -> String {
        let containers =
            (pod.value[path: "spec", "containers"]?.sequence ?? []) + (pod.value[path: "spec", "initContainers"]?.sequence ?? [])
        var hasAny = false
        var isGuaranteed = true
        for container in containers {
            for resource in ["cpu", "memory"] {
                let limit = container[path: "resources", "limits", resource]
                let request = container[path: "resources", "requests", resource]
                if limit != nil || request != nil { hasAny = true }
                if limit == nil || limit != request { isGuaranteed = false }
            }
        }
        return !hasAny ? "BestEffort" : isGuaranteed ? "Guaranteed" : "Burstable"
    }

    /// Addresses and node ports stay when a manifest that does not know them is written again.
    private func keepAddresses(_ object: inout Object, old: Object) {
        guard object.value[path: "spec", "type"] != "ExternalName", old.value[path: "spec", "type"] != "ExternalName" else { return }
        for field in ["clusterIP", "clusterIPs"] {
            if let value = old.value[path: "spec", field] { object.value.fill("spec", field, with: value) }
        }
        guard object.value[path: "spec", "type"] != "ClusterIP" else { return }
        let before = old.value[path: "spec", "ports"]?.sequence ?? []
        object.value.change("spec") { spec in
            spec.eachItem("ports") { port in
                let same = before.first { $0["port"] == port["port"] && $0["protocol"] == port["protocol"] }
                if let number = same?["nodePort"] { port.fill("nodePort", with: number) }
            }
        }
    }
}
