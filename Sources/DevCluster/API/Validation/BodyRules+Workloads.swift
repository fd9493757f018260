import Document
import Kubernetes

extension BodyRules {
    mutating func workload(_ object: Object) {
        let spec = object.value["spec"] ?? [:]
        switch object.kind {
        case "StatefulSet":
            nonnegative(spec, "replicas", "minReadySeconds", "revisionHistoryLimit")
            selector(spec, kind: object.kind)
            // The real server leaves the pod's spec to the pods: their volumes come from the claims.
            if spec["template"] == nil { errors.append(.required("spec.template")) }
        case "Deployment", "ReplicaSet", "DaemonSet":
            nonnegative(spec, "replicas", "minReadySeconds", "revisionHistoryLimit")
            selector(spec, kind: object.kind)
            let claims = (spec["volumeClaimTemplates"]?.sequence ?? []).compactMap { $0[path: "metadata", "name"]?.string }
            template(spec["template"], at: "spec.template", restartPolicies: ["Always"], claims: Set(claims))
            if object.kind == "Deployment" { strategy(spec) }
        case "Job":
            nonnegative(spec, "parallelism", "completions", "backoffLimit")
            template(spec["template"], at: "spec.template", restartPolicies: ["OnFailure", "Never"])
        case "CronJob":
            if (spec["schedule"]?.string ?? "").isEmpty { errors.append(.required("spec.schedule")) }
            let policy = spec["concurrencyPolicy"]?.string ?? "Allow"
            if !["Allow", "Forbid", "Replace"].contains(policy) {
                errors.append(.notSupported("spec.concurrencyPolicy", .string(policy), ["Allow", "Forbid", "Replace"]))
            }
            template(
                spec[path: "jobTemplate", "spec", "template"], at: "spec.jobTemplate.spec.template", restartPolicies: ["OnFailure", "Never"])
        default: break
        }
    }

    private mutating func nonnegative(_ spec: Value, _ fields: String...) {
        for field in fields {
            guard let number = spec[field]?.int, number < 0 else { continue }
            errors.append(.invalid("spec.\(field)", .int(number), "must be greater than or equal to 0"))
        }
    }

    private mutating func selector(_ spec: Value, kind: String) {
        let labels = spec[path: "template", "metadata", "labels"]
        let match = spec["selector"].flatMap { try? LabelSelector($0) }
        if let selector = spec["selector"] {
            if match?.isEmpty ?? true {
                errors.append(
                    .invalid(
                        "spec.selector", shown: goSelector(selector), "empty selector is invalid for \(kind.lowercased())"))
                return
            }
        } else {
            errors.append(.required("spec.selector"))
        }
        if spec["template"] != nil, !(match?.matches(labels?.mapping ?? [:]) ?? false) {
            errors.append(
                .invalid("spec.template.metadata.labels", shown: goMap(labels), "`selector` does not match template `labels`"))
        }
    }

    private mutating func template(_ template: Value?, at place: String, restartPolicies: [String], claims: Set<String> = []) {
        guard let template else {
            errors.append(.required(place))
            return
        }
        errors += MetadataRules.labelErrors(template[path: "metadata", "labels"], at: "\(place).labels")
        let policy = template[path: "spec", "restartPolicy"]?.string ?? ""
        PodRules.check(template["spec"] ?? [:], at: "\(place).spec", claims: claims, into: &errors)
        if !restartPolicies.contains(policy), ["Always", "OnFailure", "Never"].contains(policy) {
            if restartPolicies.count > 1, policy == "Always" {
                errors.append(
                    .required("\(place).spec.restartPolicy", "valid values: \"OnFailure\", \"Never\""))
            } else {
                errors.append(.notSupported("\(place).spec.restartPolicy", .string(policy), restartPolicies))
            }
        }
    }

    private mutating func strategy(_ spec: Value) {
        let type = spec[path: "strategy", "type"]?.string ?? ""
        switch type {
        case "Recreate":
            if spec[path: "strategy", "rollingUpdate"] != nil {
                errors.append(
                    .forbidden("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"))
            }
        case "RollingUpdate":
            let surge = spec[path: "strategy", "rollingUpdate", "maxSurge"]
            let unavailable = spec[path: "strategy", "rollingUpdate", "maxUnavailable"]
            if isZero(surge), isZero(unavailable) {
                errors.append(
                    .invalid(
                        "spec.strategy.rollingUpdate.maxUnavailable", unavailable ?? 0,
                        "may not be 0 when `maxSurge` is 0"))
            }
        default: errors.append(.notSupported("spec.strategy.type", .string(type), ["Recreate", "RollingUpdate"]))
        }
        if let deadline = spec["progressDeadlineSeconds"]?.int, deadline <= spec["minReadySeconds"]?.int ?? 0 {
            errors.append(.invalid("spec.progressDeadlineSeconds", .int(deadline), "must be greater than minReadySeconds"))
        }
    }

    private func isZero(_ value: Value?) -> Bool { value == nil || value?.int == 0 || value == "0%" || value == "0" }
}

/// A mapping of strings as Go's `%#v` prints it.
func goMap(_ value: Value?) -> String {
    guard let mapping = value?.mapping, !mapping.isEmpty else { return "map[string]string(nil)" }
    return "map[string]string{" + mapping.sorted.map { "\"\($0.key)\":\"\($0.value.string ?? "")\"" }.joined(separator: ", ") + "}"
}

/// A selector as Go's `%#v` prints `v1.LabelSelector`.
func goSelector(_ value: Value) -> String {
    let expressions = (value["matchExpressions"]?.sequence ?? []).map { entry in
        let values = (entry["values"]?.sequence ?? []).map { "\"\($0.string ?? "")\"" }.joined(separator: ", ")
        return
            "v1.LabelSelectorRequirement{Key:\"\(entry["key"]?.string ?? "")\", Operator:\"\(entry["operator"]?.string ?? "")\", Values:[]string{\(values)}}"
    }
    let list =
        expressions.isEmpty
        ? "[]v1.LabelSelectorRequirement(nil)" : "[]v1.LabelSelectorRequirement{\(expressions.joined(separator: ", "))}"
    return "v1.LabelSelector{MatchLabels:\(goMap(value["matchLabels"])), MatchExpressions:\(list)}"
}
