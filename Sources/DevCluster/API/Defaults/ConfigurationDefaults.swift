import Document
import Kubernetes

/// Defaults of everything that makes no pods.
enum ConfigurationDefaults {
    static func fill(_ object: inout Object) {
        switch (object.gvk.group, object.kind) {
        case ("", "Service"): service(&object.value)
        case ("", "Secret"): secret(&object.value)
        case ("", "Endpoints"):
            object.value.eachItem("subsets") { $0.eachItem("ports") { $0.fill("protocol", with: "TCP") } }
        case ("discovery.k8s.io", "EndpointSlice"):
            object.value.eachItem("ports") {
                $0.fill("protocol", with: "TCP")
                $0.fill("name", with: "")
            }
        case ("", "PersistentVolumeClaim"):
            object.value.fill("spec", "volumeMode", with: "Filesystem")
            object.value.fill("status", "phase", with: "Pending")
        case ("", "PersistentVolume"):
            object.value.fill("spec", "volumeMode", with: "Filesystem")
            object.value.fill("spec", "persistentVolumeReclaimPolicy", with: "Retain")
            object.value.fill("status", "phase", with: "Pending")
            object.value.change("spec", "hostPath") { $0.fill("type", with: "") }
        case ("", "LimitRange"): limitRange(&object.value)
        case ("autoscaling", "HorizontalPodAutoscaler"): autoscaler(&object)
        case ("networking.k8s.io", "NetworkPolicy"): networkPolicy(&object.value)
        case ("networking.k8s.io", "IngressClass"):
            object.value.change("spec", "parameters") { $0.fill("scope", with: "Cluster") }
        case ("storage.k8s.io", "StorageClass"):
            object.value.fill("reclaimPolicy", with: "Delete")
            object.value.fill("volumeBindingMode", with: "Immediate")
        case ("scheduling.k8s.io", "PriorityClass"): object.value.fill("preemptionPolicy", with: "PreemptLowerPriority")
        case ("rbac.authorization.k8s.io", "RoleBinding"), ("rbac.authorization.k8s.io", "ClusterRoleBinding"):
            object.value.change("roleRef") { $0.fill("apiGroup", with: "rbac.authorization.k8s.io") }
            object.value.eachItem("subjects") { subject in
                if subject["kind"] == "User" || subject["kind"] == "Group" { subject.fill("apiGroup", with: "rbac.authorization.k8s.io") }
            }
        case ("apiextensions.k8s.io", "CustomResourceDefinition"): definition(&object.value)
        case ("apiregistration.k8s.io", "APIService"):
            object.value.change("spec", "service") { $0.fill("port", with: 443) }
        case ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
            ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"):
            webhooks(&object)
        default: break
        }
    }

    private static func service(_ value: inout Value) {
        value.fill("spec", with: [:])
        value.fill("status", "loadBalancer", with: [:])
        value.change("spec") { spec in
            spec.fill("sessionAffinity", with: "None")
            if spec["sessionAffinity"] == "ClientIP" { spec.fill("sessionAffinityConfig", "clientIP", "timeoutSeconds", with: 10_800) }
            spec.fill("type", with: "ClusterIP")
            spec.eachItem("ports") { port in
                port.fill("protocol", with: "TCP")
                if let number = port["port"] { port.fill("targetPort", with: number) }
            }
            let type = spec["type"]?.string
            if type != "ExternalName" {
                spec.fill("internalTrafficPolicy", with: "Cluster")
                spec.fill("ipFamilies", with: ["IPv4"])
                spec.fill("ipFamilyPolicy", with: "SingleStack")
            }
            if type == "NodePort" || type == "LoadBalancer" { spec.fill("externalTrafficPolicy", with: "Cluster") }
            if type == "LoadBalancer" { spec.fill("allocateLoadBalancerNodePorts", with: true) }
        }
    }

    /// `stringData` is write-only: it becomes `data`.
    private static func secret(_ value: inout Value) {
        value.fill("type", with: "Opaque")
        guard let plain = value["stringData"]?.mapping else { return }
        for entry in plain {
            value[path: "data", entry.key] = .string(Base64.encode(Array((entry.value.string ?? "").utf8)))
        }
        value["stringData"] = nil
    }

    /// A container's default limit is also its default request.
    private static func limitRange(_ value: inout Value) {
        value.change("spec") { spec in
            spec.eachItem("limits") { item in
                guard item["type"] == "Container" else { return }
                for entry in item["max"]?.mapping ?? [:] { item.fill("default", entry.key, with: entry.value) }
                for entry in item["default"]?.mapping ?? [:] { item.fill("defaultRequest", entry.key, with: entry.value) }
                for entry in item["min"]?.mapping ?? [:] { item.fill("defaultRequest", entry.key, with: entry.value) }
            }
        }
    }

    private static func autoscaler(_ object: inout Object) {
        object.value.fill("spec", "minReplicas", with: 1)
        if object.gvk.version == "v2" {
            if object.value[path: "spec", "metrics"]?.sequence?.isEmpty ?? true {
                object.value[path: "spec", "metrics"] = [
                    [
                        "type": "Resource",
                        "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]],
                    ]
                ]
            }
        } else {
            object.value.fill("spec", "targetCPUUtilizationPercentage", with: 80)
        }
    }

    private static func networkPolicy(_ value: inout Value) {
        value.fill("spec", "podSelector", with: [:])
        if value[path: "spec", "policyTypes"] == nil {
            value[path: "spec", "policyTypes"] = value[path: "spec", "egress"] == nil ? ["Ingress"] : ["Ingress", "Egress"]
        }
        value.change("spec") { spec in
            for direction in ["ingress", "egress"] {
                spec.eachItem(direction) { $0.eachItem("ports") { $0.fill("protocol", with: "TCP") } }
            }
        }
    }

    private static func definition(_ value: inout Value) {
        value.fill("spec", "conversion", "strategy", with: "None")
        if let kind = value[path: "spec", "names", "kind"]?.string {
            value.fill("spec", "names", "singular", with: .string(kind.lowercased()))
            value.fill("spec", "names", "listKind", with: .string(kind + "List"))
        }
    }

    private static func webhooks(_ object: inout Object) {
        let isMutating = object.kind.hasPrefix("Mutating")
        object.value.eachItem("webhooks") { webhook in
            webhook.fill("failurePolicy", with: "Fail")
            webhook.fill("matchPolicy", with: "Equivalent")
            webhook.fill("namespaceSelector", with: [:])
            webhook.fill("objectSelector", with: [:])
            webhook.fill("timeoutSeconds", with: 10)
            if isMutating { webhook.fill("reinvocationPolicy", with: "Never") }
            webhook.change("clientConfig", "service") { $0.fill("port", with: 443) }
            webhook.eachItem("rules") { $0.fill("scope", with: "*") }
        }
    }
}
