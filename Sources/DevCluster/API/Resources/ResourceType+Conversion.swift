import Document
import Kubernetes

extension ResourceType {
    /// An object as another served version shows it. Custom resources change their
    /// `apiVersion` only (conversion strategy `None`); of the built-in kinds two have versions that differ.
    func converted(_ object: Object, to version: String) -> Object {
        var object = object
        if id == Self.newEvents || (id == Self.coreEvents && object.apiVersion != "v1") {
            object.value = renamed(object.value, Self.eventNames, backwards: id == Self.coreEvents)
        } else if group == "autoscaling", kind == "HorizontalPodAutoscaler" {
            if version == "v1", object.apiVersion == "autoscaling/v2" { object.value = autoscalerV1(object.value) }
            if version == "v2", object.apiVersion == "autoscaling/v1" { object.value = autoscalerV2(object.value) }
        }
        object.value["apiVersion"] = .string(apiVersion(version))
        return object
    }

    /// core/v1 names of an Event's fields, and those of events.k8s.io/v1.
    private static let eventNames = [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ]

    private func renamed(_ value: Value, _ names: [(String, String)], backwards: Bool) -> Value {
        guard case .mapping(let mapping) = value else { return value }
        return .mapping(
            Mapping(
                mapping.entries.map { entry in
                    let pair = names.first { (backwards ? $0.1 : $0.0) == entry.key }
                    return (pair.map { backwards ? $0.0 : $0.1 } ?? entry.key, entry.value)
                }))
    }

    /// The CPU utilization target moves to its own field; other metrics are kept where v1 keeps them, in an annotation.
    private func autoscalerV1(_ value: Value) -> Value {
        var value = value
        var others: [Value] = []
        for metric in value[path: "spec", "metrics"]?.sequence ?? [] {
            if metric[path: "resource", "name"]?.string == "cpu",
                let target = metric[path: "resource", "target", "averageUtilization"]
            {
                value[path: "spec", "targetCPUUtilizationPercentage"] = target
            } else {
                others.append(metric)
            }
        }
        value[path: "spec", "metrics"] = nil
        if !others.isEmpty {
            value[path: "metadata", "annotations", "autoscaling.alpha.kubernetes.io/metrics"] =
                .string(JSON.text(.sequence(others)))
        }
        return value
    }

    private func autoscalerV2(_ value: Value) -> Value {
        var value = value
        let annotation = ["metadata", "annotations", "autoscaling.alpha.kubernetes.io/metrics"]
        var metrics: [Value] = []
        if let target = value[path: "spec", "targetCPUUtilizationPercentage"] {
            metrics.append([
                "type": "Resource",
                "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": target]],
            ])
        }
        if let text = value[path: annotation]?.string, let others = try? JSON.parse(text).sequence { metrics += others }
        value[path: annotation] = nil
        value[path: "spec", "targetCPUUtilizationPercentage"] = nil
        if !metrics.isEmpty { value[path: "spec", "metrics"] = .sequence(metrics) }
        return value
    }
}
