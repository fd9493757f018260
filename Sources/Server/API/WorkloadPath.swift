internal import Automation
internal import HTTPTypes
internal import Hummingbird
internal import Kubernetes

extension WorkloadName {
    /// Of a path `/api/v1/workloads/:namespace/:kind/:name/…`.
    init(_ parameters: Parameters) throws(APIFailure) {
        do throws(AutomationError) {
            try self.init([(parameters.get("kind") ?? "") + "/" + (parameters.get("name") ?? "")], namespace: parameters.get("namespace") ?? "")
        } catch {
            throw APIFailure(error)
        }
    }
}

/// The workload that a path names, whether there is one or not.
enum WorkloadPath {
    private static let kinds = [("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "DaemonSet"), ("apps", "ReplicaSet"), ("batch", "Job"), ("batch", "CronJob"), ("", "Pod")]

    static func key(_ parameters: Parameters) throws(APIFailure) -> (key: ObjectKey, words: String) {
        let name = try WorkloadName(parameters)
        let keys = kinds.map { ObjectKey(group: $0.0, kind: $0.1, namespace: name.namespace ?? "", name: name.name) }
        guard let key = keys.first(where: { name.matches($0) }) else {
            throw APIFailure(
                .unprocessableContent, "invalid", "\"\(shortened(name.description))\" is of no kind with pods",
                advice: "ask for /api/v1/workloads/NAMESPACE/deployment/NAME/…")
        }
        return (key, name.description)
    }
}
