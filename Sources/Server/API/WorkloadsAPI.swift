internal import Automation
internal import Document
internal import HTTPTypes
internal import Hummingbird
internal import Kubernetes
internal import Metrics

/// The routes below `/api/v1/workloads`: who asks is known first, then what they may, then what there is.
struct WorkloadsAPI: Sendable {
    let view: DaemonView

    func add(to router: Router<BasicRequestContext>) {
        router.get("/api/v1/workloads") { request, _ in await answer { () async throws(APIFailure) in try await list(request) } }
        router.get("/api/v1/workloads/:namespace/:kind/:name") { request, context in
            await answer { () async throws(APIFailure) in try await images(request, context.parameters) }
        }
        for verb in ChangeVerb.allCases {
            router.post(RouterPath("/api/v1/workloads/:namespace/:kind/:name/\(verb.rawValue)")) { request, context in
                let response = await answer { () async throws(APIFailure) in try await change(verb, request, context.parameters) }
                Counter(
                    label: "martlet_api_changes_total", dimensions: [("verb", verb.rawValue), ("status", String(response.status.code))]
                ).increment()
                return response
            }
        }
    }

    // MARK: what is asked

    private func list(_ request: Request) async throws(APIFailure) -> Value {
        let admission = try await admit(request)
        _ = try query(request, known: [])
        let view = try automation()
        return ["workloads": .sequence(try await visible(await view.workloads(), to: admission).map(\.value))]
    }

    private func images(_ request: Request, _ parameters: Parameters) async throws(APIFailure) -> Value {
        let admission = try await admit(request)
        let query = try query(request, known: ["refresh"])
        guard let refresh = ["true": true, "false": false, "": false][query["refresh"] ?? ""] else {
            throw APIFailure(.badRequest, "badRequest", "\"refresh\" is neither \"true\" nor \"false\"", advice: "write ?refresh=true")
        }
        let view = try automation()
        let key = try await workload(parameters, view, admission, .get)
        do throws(AutomationError) { return try await view.images(key, refresh).value } catch { throw APIFailure(error) }
    }

    private func change(_ verb: ChangeVerb, _ request: Request, _ parameters: Parameters) async throws(APIFailure) -> Value {
        let admission = try await admit(request)
        _ = try query(request, known: [])
        let bytes = try await body(request)
        let body = try ChangeBody(verb, bytes)
        let view = try automation()
        let key = try await workload(parameters, view, admission, .patch)
        try await mayChangeAll(with: key, view, admission)
        let request = ChangeRequest(
            workload: key, action: body.action, container: body.container, force: body.force,
            requester: admission.caller.requester(emailDomain: view.emailDomain))
        do throws(AutomationError) { return try await view.change(request).value } catch { throw APIFailure(error) }
    }

    // MARK: who asks, and for what

    private func admit(_ request: Request) async throws(APIFailure) -> AccessControl.Admission {
        try await view.access.admit(authorization: request.headers[.authorization])
    }

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
        let name: WorkloadName
        do throws(AutomationError) {
            name = try WorkloadName([(parameters.get("kind") ?? "") + "/" + (parameters.get("name") ?? "")], namespace: namespace)
        } catch {
            throw APIFailure(error)
        }
        let all = await view.workloads()
        guard !all.isEmpty else {
            throw APIFailure(
                .serviceUnavailable, "notReady", "the applications have not been read yet", advice: "try again in a moment; /readyz tells when")
        }
        if let key = try? name.resolve(among: all.map(\.key)), try await allows(admission, verb, key, name: key.name) { return key }
        // In the caller's own words, so that it does not tell whether there is one.
        let refusal = refused(admission, verb, name.description)
        // What there is instead is told of what the caller may see, and of nothing else.
        let visible = try await visible(all, to: admission)
        guard visible.contains(where: { $0.key.namespace == namespace }) else { throw refusal }
        let key: ObjectKey
        do throws(AutomationError) { key = try name.resolve(among: visible.map(\.key)) } catch { throw APIFailure(error) }
        guard try await allows(admission, verb, key, name: key.name) else { throw refusal }
        return key
    }

    /// Automation and locks of a chart are its application's, and a value that a release changes may be read by
    /// several of its workloads: whoever changes one must be allowed to change them all.
    private func mayChangeAll(with key: ObjectKey, _ view: AutomationView, _ admission: AccessControl.Admission) async throws(APIFailure) {
        let all = await view.workloads()
        let charts = Set(all.filter { $0.key == key && $0.isOfChart }.map(\.application))
        for other in all where charts.contains(other.application) {
            guard try await allows(admission, .patch, other.key, name: other.key.name) else {
                throw refused(admission, .patch, "\(other.key), which is changed by the same chart as \(key)")
            }
        }
    }

    private func refused(_ admission: AccessControl.Admission, _ verb: AccessVerb, _ object: String) -> APIFailure {
        APIFailure(
            .forbidden, "forbidden", "\"\(admission.caller.name)\" may not \(verb.rawValue) \(object)",
            advice: "ask for a role that allows \"\(verb.rawValue)\" on it")
    }

    /// The workloads whose kind the caller may list in their namespace.
    private func visible(_ workloads: [Workload], to admission: AccessControl.Admission) async throws(APIFailure) -> [Workload] {
        var answers: [ObjectKey: Bool] = [:]
        var visible: [Workload] = []
        for workload in workloads {
            let kind = ObjectKey(group: workload.key.group, kind: workload.key.kind, namespace: workload.key.namespace, name: "")
            if answers[kind] == nil { answers[kind] = try await allows(admission, .list, kind, name: nil) }
            if answers[kind] == true { visible.append(workload) }
        }
        return visible
    }

    private func allows(
        _ admission: AccessControl.Admission, _ verb: AccessVerb, _ key: ObjectKey, name: String?
    ) async throws(APIFailure) -> Bool {
        do throws(AccessError) {
            return try await admission.allows(verb, key.groupKind, namespace: key.namespace, name: name)
        } catch {
            throw APIFailure(error)
        }
    }

    // MARK: the request itself

    private func query(_ request: Request, known: [String]) throws(APIFailure) -> [String: String] {
        var values: [String: String] = [:]
        for (key, value) in request.uri.queryParameters {
            guard known.contains(String(key)) else {
                throw APIFailure(
                    .badRequest, "badRequest", "unknown query parameter \"\(shortened(String(key)))\"",
                    advice: known.isEmpty ? "leave it out" : "there is \(known.map { "\"\($0)\"" }.joined(separator: ", "))")
            }
            values[String(key)] = String(value)
        }
        return values
    }

    private func body(_ request: Request) async throws(APIFailure) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = Array(try await request.body.collect(upTo: Routes.bodyLimit).readableBytesView)
        } catch {
            throw APIFailure(.contentTooLarge, "tooLarge", "the body is over \(Routes.bodyLimit) bytes", advice: "send less")
        }
        let type = request.headers[.contentType]?.split(separator: ";").first?.lowercased().filter { $0 != " " }
        guard bytes.isEmpty || type == "application/json" else {
            throw APIFailure(
                .unsupportedMediaType, "unsupportedMediaType", "the body is \(type.map { "\"\(shortened($0))\"" } ?? "of no type")",
                advice: "send JSON with \"Content-Type: application/json\"")
        }
        return bytes
    }

    private func answer(_ body: () async throws(APIFailure) -> Value) async -> Response {
        do throws(APIFailure) {
            return Routes.json(.ok, try await body())
        } catch {
            var response = Routes.json(error.status, error.value)
            if error.status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer realm=\"martlet\"" }
            return response
        }
    }
}
