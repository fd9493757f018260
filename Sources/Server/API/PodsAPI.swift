internal import Automation
internal import Basics
internal import Cluster
internal import Document
internal import HTTPTypes
internal import Hummingbird
internal import Kubernetes
internal import Rollout

/// A workload's pods and what they write.
struct PodsAPI: Sendable {
    let view: DaemonView

    static let mostLines = 2_000
    /// Characters of a line.
    private static let longestLine = 4_000

    func add(to router: Router<ServerContext>) {
        router.get("/api/v1/workloads/:namespace/:kind/:name/pods") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                _ = try Routes.query(request, known: [])
                let key = try await workload(context.parameters, admission)
                try await admission.mustList(Self.pod(key.namespace, ""), "pods -n \(key.namespace)")
                let found = try await find(key)
                let now = view.now
                return ["pods": .sequence(found.pods.prefix(500).map { Self.value($0, found.arms, now: now) })]
            }
        }
        router.get("/api/v1/workloads/:namespace/:kind/:name/logs") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                let fields = try QueryFields(request, known: ["pod", "container", "previous", "lines"])
                let name = try fields.required("pod", example: "front-end-7d4b9c-x2x4z")
                var query = PodsView.LogQuery()
                query.container = try fields.text("container")
                query.isPrevious = try fields.flag("previous")
                query.lines = try fields.number("lines", 1...Self.mostLines, otherwise: 200)
                let key = try await workload(context.parameters, admission)
                let pod = Self.pod(key.namespace, name)
                guard ObjectName.subdomainProblem(name) == nil, try await admission.may(.logs, pod, name: name) else {
                    throw admission.refusal(.logs, "pod/\(shortened(name)) -n \(key.namespace)")
                }
                guard try await find(key).pods.contains(where: { $0.name == name }) else {
                    throw APIFailure(.notFound, "notFound", "\(key) has no pod \"\(shortened(name))\"", advice: "GET …/pods lists them")
                }
                let pods = try view.needed(view.pods, "no cluster to look at")
                do throws(ClusterError) {
                    let text = try await pods.logs(pod, query)
                    return ["lines": .sequence(text.split(whereSeparator: \.isNewline).suffix(query.lines).map { .string(String($0.prefix(Self.longestLine))) })]
                } catch {
                    throw APIFailure(error, about: pod)
                }
            }
        }
    }

    /// The workload that the path names, of the kinds that have pods, if the caller may get it.
    private func workload(_ parameters: Parameters, _ admission: AccessControl.Admission) async throws(APIFailure) -> ObjectKey {
        let (key, words) = try WorkloadPath.key(parameters)
        guard try await admission.may(.get, key, name: key.name) else { throw admission.refusal(.get, words) }
        return key
    }

    private func find(_ key: ObjectKey) async throws(APIFailure) -> PodsView.Found {
        let pods = try view.needed(view.pods, "no cluster to look at")
        do throws(ClusterError) { return try await pods.pods(key) } catch { throw APIFailure(error, about: key) }
    }

    private static func pod(_ namespace: String, _ name: String) -> ObjectKey { ObjectKey(group: "", kind: "Pod", namespace: namespace, name: name) }

    static func value(_ pod: Object, _ arms: [String: Arm], now: Timestamp) -> Value {
        let hash = pod.label("pod-template-hash") ?? pod.label("controller-revision-hash") ?? ""
        // A StatefulSet's revision is its name, a dash and the hash.
        let arm = arms[hash] ?? arms.first { !$0.key.isEmpty && hash.hasSuffix("-\($0.key)") }?.value
        let health = health(of: pod, now: now)
        let containers = Self.roles.flatMap { role in
            let statuses = pod.value[path: "status", role.statuses]?.sequence ?? []
            return (pod.value[path: "spec", role.containers]?.sequence ?? []).map { container in
                value(container, as: role.word, statuses.first { $0["name"] == container["name"] })
            }
        }
        let isReady = (pod.value[path: "status", "conditions"]?.sequence ?? []).contains {
            $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
        }
        return [
            "name": .string(pod.name), "arm": .string(arm?.rawValue ?? ""), "ready": .bool(isReady), "health": .string(health.word),
            "message": .string(health.message ?? ""), "containers": .sequence(containers),
        ]
    }

    /// In the order in which they run (https://kubernetes.io/docs/concepts/workloads/pods/init-containers/): a pod that fails
    /// before its own containers begin does so in one of the first.
    private static let roles = [
        (containers: "initContainers", statuses: "initContainerStatuses", word: "init"),
        (containers: "containers", statuses: "containerStatuses", word: "container"),
        (containers: "ephemeralContainers", statuses: "ephemeralContainerStatuses", word: "ephemeral"),
    ]

    private static func value(_ container: Value, as role: String, _ status: Value?) -> Value {
        // One that restarts beside the others is a sidecar (KEP-753).
        let word = role == "init" && container["restartPolicy"]?.string == "Always" ? "sidecar" : role
        return [
            "name": .string(container["name"]?.string ?? ""), "role": .string(word), "image": .string(container["image"]?.string ?? ""),
            "ready": .bool(status?["ready"]?.bool ?? false), "restarts": .int(max(0, status?["restartCount"]?.int ?? 0)),
            "state": .string(state(status?["state"])),
            "done": .bool(word == "init" && status?[path: "state", "terminated", "exitCode"]?.int == 0),
        ]
    }

    /// `running`, or why it does not.
    private static func state(_ state: Value?) -> String {
        if state?["running"] != nil { return "running" }
        if let waiting = state?["waiting"] { return waiting["reason"]?.string ?? "waiting" }
        guard let ended = state?["terminated"] else { return "" }
        let code = ended["exitCode"]?.int.map { " (exit code \($0))" } ?? ""
        return (ended["reason"]?.string ?? "terminated") + code
    }
}

extension AccessControl.Admission {
    /// Refuses whoever may not list all of a kind in a namespace.
    func mustList(_ key: ObjectKey, _ words: String) async throws(APIFailure) {
        guard try await may(.list, key, name: nil) else { throw refusal(.list, words) }
    }
}
