internal import Automation
internal import Basics
internal import Document
internal import HTTPTypes
internal import Hummingbird
internal import Kubernetes
internal import Metrics

/// The routes below `/api/v1/workloads`: who asks is known first, then what they may, then what there is.
struct WorkloadsAPI: Sendable {
    let view: DaemonView

    func add(to router: Router<ServerContext>) {
        router.get("/api/v1/workloads") { request, context in
            await Routes.answer { () async throws(APIFailure) in try await list(request, context) }
        }
        router.get("/api/v1/workloads/:namespace/:kind/:name") { request, context in
            await Routes.answer { () async throws(APIFailure) in try await images(request, context) }
        }
        for verb in ChangeVerb.allCases {
            router.post(RouterPath("/api/v1/workloads/:namespace/:kind/:name/\(verb.rawValue)")) { request, context in
                let response = await Routes.answer { () async throws(APIFailure) in try await change(verb, request, context) }
                Counter(
                    label: "martlet_api_changes_total", dimensions: [("verb", verb.rawValue), ("status", String(response.status.code))]
                ).increment()
                return response
            }
        }
    }

    // MARK: what is asked

    private func list(_ request: Request, _ context: ServerContext) async throws(APIFailure) -> Value {
        let admission = try await view.admit(request, context)
        _ = try Routes.query(request, known: [])
        let view = try automation()
        return ["workloads": .sequence(try await visible(await view.workloads(), to: admission).map(\.value))]
    }

    private func images(_ request: Request, _ context: ServerContext) async throws(APIFailure) -> Value {
        let admission = try await view.admit(request, context)
        let query = try Routes.query(request, known: ["refresh"])
        guard let refresh = ["true": true, "false": false, "": false][query["refresh"] ?? ""] else {
            throw APIFailure(.badRequest, "badRequest", "\"refresh\" is neither \"true\" nor \"false\"", advice: "write ?refresh=true")
        }
        let view = try automation()
        let key = try await workload(context.parameters, view, admission, .get)
        do throws(AutomationError) { return try await view.images(key, refresh).value } catch { throw APIFailure(error) }
    }

    private func change(_ verb: ChangeVerb, _ request: Request, _ context: ServerContext) async throws(APIFailure) -> Value {
        let admission = try await view.admit(request, context)
        _ = try Routes.query(request, known: [])
        let bytes = try await Routes.body(request)
        let body = try ChangeBody(verb, bytes)
        let view = try automation()
        let key = try await workload(context.parameters, view, admission, .patch)
        try await mayChangeAll(with: key, view, admission)
        let request = ChangeRequest(
            workload: key, action: body.action, container: body.container, force: body.force,
            requester: admission.caller.requester(emailDomain: view.emailDomain))
        // Whatever else the files that change are read by is known to the writer alone.
        let unknown = Locked<APIFailure?>(nil)
        let permission: ChangePermission = { (touched: [ObjectKey]) throws(AutomationError) in
            do throws(APIFailure) {
                // Nobody else writes until this is known, so that more than one is asked about at a time.
                _ = try await gathered(touched.filter { $0 != key }, atOnce: Visibility.atOnce) { (other: ObjectKey) async throws(APIFailure) in
                    guard try await admission.may(.patch, other, name: other.name) else {
                        throw admission.refusal(.patch, "\(other), which the same change of files would change")
                    }
                }
            } catch {
                unknown.withLock { $0 = error }
                throw AutomationError(.forbidden, error.message, advice: error.advice)
            }
        }
        do throws(AutomationError) {
            return try await view.change(request, permission).value
        } catch {
            throw unknown.withLock { $0 } ?? APIFailure(error)
        }
    }

    // MARK: who asks, and for what

    private func automation() throws(APIFailure) -> AutomationView {
        switch view.automation {
        case .on(let view): return view
        case .off(let why):
            throw APIFailure(
                .conflict, "automationOff", "image automation is off: \(why)",
                advice: "let the daemon follow a branch that it may push to")
        }
    }

    /// The workload that the path names, if the caller may do this with it.
    private func workload(
        _ parameters: Parameters, _ view: AutomationView, _ admission: AccessControl.Admission, _ verb: AccessVerb
    ) async throws(APIFailure) -> ObjectKey {
        let namespace = parameters.get("namespace") ?? ""
        let name = try WorkloadName(parameters)
        let all = await view.workloads()
        guard !all.isEmpty else {
            throw APIFailure(
                .serviceUnavailable, "notReady", "the applications have not been read yet", advice: "try again in a moment; /readyz tells when")
        }
        if let key = try? name.resolve(among: all.map(\.key)), try await admission.may(verb, key, name: key.name) { return key }
        // In the caller's own words, so that it does not tell whether there is one.
        let refusal = admission.refusal(verb, name.description)
        // What there is instead is told of what the caller may see, and of nothing else.
        let visible = try await visible(all, to: admission)
        guard visible.contains(where: { $0.key.namespace == namespace }) else { throw refusal }
        let key: ObjectKey
        do throws(AutomationError) { key = try name.resolve(among: visible.map(\.key)) } catch { throw APIFailure(error) }
        guard try await admission.may(verb, key, name: key.name) else { throw refusal }
        return key
    }

    /// Automation and locks of a chart are its application's, and a value that a release changes may be read by
    /// several of its workloads: whoever changes one must be allowed to change them all.
    private func mayChangeAll(with key: ObjectKey, _ view: AutomationView, _ admission: AccessControl.Admission) async throws(APIFailure) {
        let all = await view.workloads()
        let charts = Set(all.filter { $0.key == key && $0.isOfChart }.map(\.application))
        for other in all where charts.contains(other.application) {
            guard try await admission.may(.patch, other.key, name: other.key.name) else {
                throw admission.refusal(.patch, "\(other.key), which is changed by the same chart as \(key)")
            }
        }
    }

    /// The workloads whose kind the caller may list in their namespace.
    private func visible(_ workloads: [Workload], to admission: AccessControl.Admission) async throws(APIFailure) -> [Workload] {
        let visibility = try await Visibility.of(admission, among: workloads.map(\.key))
        return workloads.filter { visibility.sees($0.key) }
    }
}
