import Document
import Kubernetes

/// The rules of the built-in kinds; each kind's own stand in the files beside this.
struct BodyRules {
    var errors: [FieldError] = []

    mutating func check(_ object: Object) {
        let value = object.value
        switch (object.gvk.group, object.kind) {
        case ("", "Pod"): PodRules.check(value["spec"] ?? [:], at: "spec", into: &errors)
        case ("apps", _), ("batch", _), ("", "ReplicationController"): workload(object)
        case ("", "Service"): service(value["spec"] ?? [:])
        case ("", "ConfigMap"):
            for field in ["data", "binaryData"] { configKeys(value[field], at: field) }
        case ("", "Secret"):
            configKeys(value["data"], at: "data")
            secretKeys(value)
        case ("", "PersistentVolumeClaim"): claim(value["spec"] ?? [:], at: "spec")
        case ("networking.k8s.io", "Ingress"): ingress(value["spec"] ?? [:])
        case ("networking.k8s.io", "IngressClass"): required(value, "spec", "controller")
        case ("autoscaling", "HorizontalPodAutoscaler"): autoscaler(value["spec"] ?? [:])
        case ("policy", "PodDisruptionBudget"): budget(value["spec"] ?? [:])
        case ("rbac.authorization.k8s.io", "Role"), ("rbac.authorization.k8s.io", "ClusterRole"): role(value, isCluster: object.kind == "ClusterRole")
        case ("rbac.authorization.k8s.io", _): binding(value)
        case ("storage.k8s.io", "StorageClass"): required(value, "provisioner")
        case ("apiextensions.k8s.io", "CustomResourceDefinition"): DefinitionRules.check(object, into: &errors)
        case ("scheduling.k8s.io", "PriorityClass"):
            if (value["value"]?.int ?? 0) > 1_000_000_000, !object.name.hasPrefix("system-") {
                errors.append(.forbidden("value", "maximum allowed value of a user defined priority is 1000000000"))
            }
        default: break
        }
    }

    /// Notes the field at a path if it is missing or empty.
    mutating func required(_ value: Value, _ path: String...) {
        let found = value[path: path]
        if found == nil || found == "" { errors.append(.required(path.joined(separator: "."))) }
    }

    private mutating func configKeys(_ value: Value?, at field: String) {
        for entry in value?.mapping ?? [:] {
            let isValid = !entry.key.isEmpty && entry.key != "." && entry.key != ".." && !entry.key.hasPrefix("..")
                && entry.key.utf8.count <= 253
                && entry.key.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || "-_.".unicodeScalars.contains($0)) }
            if !isValid {
                errors.append(
                    .invalid(
                        "\(field)[\(entry.key)]", .string(entry.key),
                        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
                    ))
            }
        }
    }

    private mutating func secretKeys(_ value: Value) {
        let needed: [String] =
            switch value["type"]?.string {
            case "kubernetes.io/tls": ["tls.crt", "tls.key"]
            case "kubernetes.io/dockerconfigjson": [".dockerconfigjson"]
            case "kubernetes.io/dockercfg": [".dockercfg"]
            case "kubernetes.io/ssh-auth": ["ssh-privatekey"]
            default: []
            }
        for key in needed where value[path: "data", key] == nil { errors.append(.required("data[\(key)]")) }
    }

    mutating func claim(_ spec: Value, at place: String) {
        if spec["accessModes"]?.sequence?.isEmpty ?? true {
            errors.append(.required("\(place).accessModes", "at least 1 access mode is required"))
        }
        if spec[path: "resources", "requests", "storage"] == nil { errors.append(.required("\(place).resources[storage]")) }
    }

    private mutating func autoscaler(_ spec: Value) {
        let most = spec["maxReplicas"]?.int ?? 0
        let least = spec["minReplicas"]?.int ?? 1
        if most < 1 { errors.append(.invalid("spec.maxReplicas", .int(most), "must be greater than 0")) }
        if most < least { errors.append(.invalid("spec.maxReplicas", .int(most), "must be greater than or equal to `minReplicas`")) }
        for field in ["kind", "name"] where (spec[path: "scaleTargetRef", field]?.string ?? "").isEmpty {
            errors.append(.required("spec.scaleTargetRef.\(field)"))
        }
    }

    private mutating func budget(_ spec: Value) {
        if let least = spec["minAvailable"], let most = spec["maxUnavailable"] {
            _ = (least, most)
            errors.append(.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set"))
        }
    }

    private mutating func role(_ value: Value, isCluster: Bool) {
        for (index, rule) in (value["rules"]?.sequence ?? []).enumerated() {
            let place = "rules[\(index)]"
            if rule["verbs"]?.sequence?.isEmpty ?? true {
                errors.append(.required("\(place).verbs", "verbs must contain at least one value"))
            }
            if let urls = rule["nonResourceURLs"]?.sequence, !urls.isEmpty {
                if !isCluster { errors.append(.invalid("\(place).nonResourceURLs", .sequence(urls), "namespaced rules cannot apply to non-resource URLs")) }
                continue
            }
            if rule["apiGroups"]?.sequence?.isEmpty ?? true {
                errors.append(.required("\(place).apiGroups", "resource rules must supply at least one api group"))
            }
            if rule["resources"]?.sequence?.isEmpty ?? true {
                errors.append(.required("\(place).resources", "resource rules must supply at least one resource"))
            }
        }
    }

    private mutating func binding(_ value: Value) {
        let kind = value[path: "roleRef", "kind"]?.string ?? ""
        if kind != "Role", kind != "ClusterRole" {
            errors.append(.notSupported("roleRef.kind", .string(kind), ["ClusterRole", "Role"]))
        }
        if (value[path: "roleRef", "name"]?.string ?? "").isEmpty { errors.append(.required("roleRef.name")) }
        for (index, subject) in (value["subjects"]?.sequence ?? []).enumerated() {
            if (subject["name"]?.string ?? "").isEmpty { errors.append(.required("subjects[\(index)].name")) }
            if subject["kind"] == "ServiceAccount", (subject["namespace"]?.string ?? "").isEmpty {
                errors.append(.required("subjects[\(index)].namespace"))
            }
        }
    }
}
