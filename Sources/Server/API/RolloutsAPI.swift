internal import Automation
internal import Cluster
internal import Delivery
internal import Document
internal import HTTPTypes
internal import Hummingbird
internal import Kubernetes
internal import Metrics
internal import Rollout

/// The routes about a workload's rollout. A request is left on the live workload, for the loop to carry out, as
/// the command line leaves it; the answer is how the rollout stands then.
struct RolloutsAPI: Sendable {
    let view: DaemonView

    /// What may be asked for here; `restore` is for who has no daemon.
    static let verbs: [RolloutRequest.Verb] = [.promote, .pause, .abort, .retry]

    func add(to router: Router<ServerContext>) {
        router.get("/api/v1/workloads/:namespace/:kind/:name/rollout") { request, context in
            await Routes.answer { () async throws(APIFailure) in try await report(request, context) }
        }
        for verb in Self.verbs {
            router.post(RouterPath("/api/v1/workloads/:namespace/:kind/:name/\(verb.rawValue)")) { request, context in
                let response = await Routes.answer { () async throws(APIFailure) in try await ask(verb, request, context) }
                Counter(
                    label: "martlet_api_changes_total", dimensions: [("verb", verb.rawValue), ("status", String(response.status.code))]
                ).increment()
                return response
            }
        }
    }

    private func report(_ request: Request, _ context: ServerContext) async throws(APIFailure) -> Value {
        let admission = try await view.admit(request, context)
        _ = try Routes.query(request, known: [])
        let key = try await workload(context.parameters, admission, .get)
        return try await read(key).value
    }

    private func ask(_ verb: RolloutRequest.Verb, _ request: Request, _ context: ServerContext) async throws(APIFailure) -> Value {
        let admission = try await view.admit(request, context)
        _ = try Routes.query(request, known: [])
        _ = try FieldBody(try await Routes.body(request), known: [])
        let key = try await workload(context.parameters, admission, .patch)
        var report = try await read(key)
        if let refusal = verb.refusal(in: report.state) {
            throw APIFailure(.conflict, "rollout", "\(key): \(refusal)", advice: "GET …/rollout tells how it stands, and what is possible")
        }
        let rollouts = try rollouts()
        do throws(ClusterError) { report.request = try await rollouts.ask(verb, key) } catch { throw APIFailure(error, about: key) }
        return report.value
    }

    private func rollouts() throws(APIFailure) -> RolloutsView { try view.needed(view.rollouts, "no cluster to look at") }

    private func read(_ key: ObjectKey) async throws(APIFailure) -> RolloutReport {
        let rollouts = try rollouts()
        do throws(ClusterError) { return try await rollouts.report(key) } catch { throw APIFailure(error, about: key) }
    }

    /// The workload that the path names, if the caller may do this with it; whether there is one is not told to others.
    private func workload(
        _ parameters: Parameters, _ admission: AccessControl.Admission, _ verb: AccessVerb
    ) async throws(APIFailure) -> ObjectKey {
        let name = try WorkloadName(parameters)
        guard let key = name.rolloutKey else {
            throw APIFailure(
                .unprocessableContent, "invalid", "\"\(shortened(name.description))\" has no rollouts, only Deployments, StatefulSets and DaemonSets have",
                advice: "ask for /api/v1/workloads/NAMESPACE/deployment/NAME/…")
        }
        guard try await admission.may(verb, key, name: key.name) else { throw admission.refusal(verb, name.description) }
        return key
    }

}
