import Document
import Kubernetes

/// `kubectl get pods`: the status column sums up phase, reasons and containers (printPod).
let podColumns: [TableColumn] = [
    TableColumn("Ready") { object, _ in
        let statuses = object.value[path: "status", "containerStatuses"]?.sequence ?? []
        let containers = object.value[path: "spec", "containers"]?.sequence?.count ?? 0
        return .string("\(statuses.filter { $0["ready"]?.bool ?? false }.count)/\(containers)")
    },
    TableColumn("Status") { object, _ in .string(podStatusText(object)) },
    TableColumn("Restarts") { object, _ in
        let statuses = object.value[path: "status", "containerStatuses"]?.sequence ?? []
        return .string("\(statuses.reduce(Int64(0)) { $0 &+ ($1["restartCount"]?.int ?? 0) })")
    },
    .age, .text("IP", "status", "podIP", otherwise: "<none>", priority: 1),
    .text("Node", "spec", "nodeName", otherwise: "<none>", priority: 1),
    .text("Nominated Node", "status", "nominatedNodeName", otherwise: "<none>", priority: 1),
    TableColumn("Readiness Gates", priority: 1) { _, _ in "<none>" },
]

private func podStatusText(_ pod: Object) -> String {
    let status = pod.value["status"] ?? .null
    var text = status["reason"]?.string ?? status["phase"]?.string ?? ""
    var isInitializing = false
    let initContainers = status["initContainerStatuses"]?.sequence ?? []
    for (index, container) in initContainers.enumerated() {
        if let code = container[path: "state", "terminated", "exitCode"]?.int, code == 0 { continue }
        isInitializing = true
        if let terminated = container[path: "state", "terminated"] {
            text = "Init:" + (terminated["reason"]?.string ?? "ExitCode:\(terminated["exitCode"]?.int ?? 0)")
        } else if let reason = container[path: "state", "waiting", "reason"]?.string, reason != "PodInitializing" {
            text = "Init:" + reason
        } else {
            text = "Init:\(index)/\(pod.value[path: "spec", "initContainers"]?.sequence?.count ?? initContainers.count)"
        }
        break
    }
    if !isInitializing {
        var hasRunning = false
        for container in (status["containerStatuses"]?.sequence ?? []).reversed() {
            if let reason = container[path: "state", "waiting", "reason"]?.string, !reason.isEmpty {
                text = reason
            } else if let terminated = container[path: "state", "terminated"] {
                text = terminated["reason"]?.string ?? "ExitCode:\(terminated["exitCode"]?.int ?? 0)"
            } else if container["ready"]?.bool ?? false, container[path: "state", "running"] != nil {
                hasRunning = true
            }
        }
        if text == "Completed", hasRunning { text = "Running" }
    }
    if pod.isBeingDeleted { text = status["reason"]?.string == "NodeLost" ? "Unknown" : "Terminating" }
    return text
}
