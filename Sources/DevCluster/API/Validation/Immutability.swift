import Document
import Kubernetes

/// What may not change once an object exists, in the server's words.
enum Immutability {
    static func errors(_ object: Object, old: Object) -> [FieldError] {
        var errors: [FieldError] = []
        let (new, before) = (object.value, old.value)
        switch (object.gvk.group, object.kind) {
        case ("apps", "Deployment"), ("apps", "ReplicaSet"), ("apps", "DaemonSet"):
            fixed("spec.selector", new[path: "spec", "selector"], before[path: "spec", "selector"], into: &errors)
        case ("apps", "StatefulSet"): statefulSet(new["spec"] ?? [:], before["spec"] ?? [:], into: &errors)
        case ("batch", "Job"):
            for field in ["completions", "selector", "template", "completionMode", "podFailurePolicy", "backoffLimitPerIndex"] {
                if field == "completions", new[path: "spec", "completionMode"] == "Indexed" { continue }
                // A suspended job that never ran may still change where its pods go.
                if field == "template", before[path: "spec", "suspend"]?.bool ?? false, before[path: "status", "startTime"] == nil { continue }
                fixed("spec.\(field)", new[path: "spec", field], before[path: "spec", field], into: &errors)
            }
        case ("", "Service"): service(new["spec"] ?? [:], before["spec"] ?? [:], into: &errors)
        case ("", "PersistentVolumeClaim"): claim(new["spec"] ?? [:], before, into: &errors)
        case ("", "Pod"): pod(new["spec"] ?? [:], before["spec"] ?? [:], into: &errors)
        case ("", "Secret"):
            if new["type"] != before["type"] { errors.append(.invalid("type", new["type"] ?? "", "field is immutable")) }
            frozen(new, before, ["data"], into: &errors)
        case ("", "ConfigMap"): frozen(new, before, ["data", "binaryData"], into: &errors)
        case ("rbac.authorization.k8s.io", "RoleBinding"), ("rbac.authorization.k8s.io", "ClusterRoleBinding"):
            if new["roleRef"] != before["roleRef"] {
                let role = new["roleRef"]
                let shown =
                    "rbac.RoleRef{APIGroup:\"\(role?["apiGroup"]?.string ?? "")\", Kind:\"\(role?["kind"]?.string ?? "")\", Name:\"\(role?["name"]?.string ?? "")\"}"
                errors.append(.invalid("roleRef", shown: shown, "cannot change roleRef"))
            }
        case ("storage.k8s.io", "StorageClass"):
            for field in ["parameters", "provisioner", "reclaimPolicy"] where new[field] != before[field] {
                errors.append(.forbidden(field, "updates to \(field) are forbidden."))
            }
            if new["volumeBindingMode"] != before["volumeBindingMode"] {
                errors.append(.invalid("volumeBindingMode", new["volumeBindingMode"] ?? "", "field is immutable"))
            }
        case ("scheduling.k8s.io", "PriorityClass"):
            if new["value"] != before["value"] { errors.append(.forbidden("value", "may not be changed in an update.")) }
        case ("networking.k8s.io", "IngressClass"):
            if new[path: "spec", "controller"] != before[path: "spec", "controller"] {
                errors.append(.invalid("spec.controller", new[path: "spec", "controller"] ?? "", "field is immutable"))
            }
        case ("apiextensions.k8s.io", "CustomResourceDefinition"):
            for field in ["group", "scope"] {
                fixed("spec.\(field)", new[path: "spec", field], before[path: "spec", field], into: &errors)
            }
            for field in ["plural", "kind"] {
                fixed("spec.names.\(field)", new[path: "spec", "names", field], before[path: "spec", "names", field], into: &errors)
            }
        default: break
        }
        return errors
    }

    private static func fixed(_ field: String, _ new: Value?, _ old: Value?, into errors: inout [FieldError]) {
        guard new != old else { return }
        let shown: String =
            switch (field, new) {
            case ("spec.selector", let selector?): goSelector(selector)
            case (_, nil): "null"
            case ("spec.template", _): "core.PodTemplateSpec{…}"
            case (_, .string(let text)?): "\"\(text)\""
            case (_, let value?): JSON.text(value)
            }
        errors.append(.invalid(field, shown: shown, "field is immutable"))
    }

    private static func statefulSet(_ new: Value, _ old: Value, into errors: inout [FieldError]) {
        let free = [
            "replicas", "ordinals", "template", "updateStrategy", "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
        ]
        guard without(free, new) != without(free, old) else { return }
        errors.append(
            .forbidden(
                "spec",
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
            ))
    }

    private static func service(_ new: Value, _ old: Value, into errors: inout [FieldError]) {
        guard new["type"] != "ExternalName", old["type"] != "ExternalName", let before = old["clusterIP"]?.string, !before.isEmpty,
            let now = new["clusterIP"]?.string, now != before
        else { return }
        errors.append(
            .invalid("spec.clusterIPs[0]", shown: "[]string{\"\(now)\"}", "may not change once set"))
    }

    private static func claim(_ new: Value, _ old: Value, into errors: inout [FieldError]) {
        let isBound = old[path: "status", "phase"] == "Bound"
        let before = old["spec"] ?? [:]
        // The binder names the volume once, and the class where there was none.
        var free = before["volumeName"] == nil ? ["volumeName"] : []
        if before["storageClassName"] == nil { free.append("storageClassName") }
        if isBound { free += ["resources", "volumeAttributesClassName"] }
        if isBound, let was = before[path: "resources", "requests", "storage"].flatMap({ Quantity($0) }),
            let now = new[path: "resources", "requests", "storage"].flatMap({ Quantity($0) }), now < was
        {
            errors.append(.forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"))
        }
        guard without(free, new) != without(free, before) else { return }
        errors.append(
            .forbidden(
                "spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims"))
    }

    private static func pod(_ new: Value, _ old: Value, into errors: inout [FieldError]) {
        func comparable(_ spec: Value) -> Value {
            var spec = spec
            for field in ["activeDeadlineSeconds", "tolerations", "terminationGracePeriodSeconds", "nodeName", "schedulingGates"] { spec[field] = nil }
            for list in ["containers", "initContainers"] { spec.eachItem(list) { $0["image"] = nil } }
            return spec
        }
        guard comparable(new) != comparable(old) else { return }
        errors.append(
            .forbidden(
                "spec",
                "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
            ))
    }

    private static func frozen(_ new: Value, _ old: Value, _ fields: [String], into errors: inout [FieldError]) {
        guard old["immutable"]?.bool ?? false else { return }
        if new["immutable"]?.bool != true { errors.append(.forbidden("immutable", "field is immutable when `immutable` is set")) }
        for field in fields where new[field] != old[field] {
            errors.append(.forbidden(field, "field is immutable when `immutable` is set"))
        }
    }

    private static func without(_ fields: [String], _ value: Value) -> Value {
        var value = value
        for field in fields { value[field] = nil }
        return value
    }
}
