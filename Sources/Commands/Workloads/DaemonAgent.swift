import Basics
import Automation
import Cluster
import Document
import HTTP
import Kubernetes
import Registry

/// A running daemon, by its API.
struct DaemonAgent: WorkloadAgent {
    private let server: String
    private let token: String?
    private let transport: any HTTPTransport

    /// The most bytes of an answer: ten thousand tags of some containers.
    private static let answerLimit = 32 << 20
    private static let base = "/api/v1/workloads"

    init(server: String, token: String?, transport: any HTTPTransport) {
        self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
        (self.token, self.transport) = (token, transport)
    }

    func workloads() async throws -> Value { try await ask("GET", Self.base) }

    func images(of name: WorkloadName, refresh: Bool) async throws -> Value {
        try await ask("GET", try await path(of: name) + (refresh ? "?refresh=true" : ""))
    }

    func change(_ name: WorkloadName, _ wish: Wish) async throws -> Value {
        let path = try await path(of: name)
        switch wish.action {
        case .release(let image):
            var body: Value = ["image": .string(image.description)]
            if let container = wish.container { body["container"] = .string(container) }
            if wish.force { body["force"] = true }
            return try await ask("POST", "\(path)/release", body)
        case .automate(let tags):
            let filters = tags.sorted { $0.key < $1.key }.map { ($0.key, Value.string($0.value)) }
            return try await ask("POST", "\(path)/automate", ["tags": .mapping(Mapping(filters))])
        case .deautomate: return try await ask("POST", "\(path)/deautomate", [:])
        case .lock(let reason): return try await ask("POST", "\(path)/lock", ["reason": .string(reason)])
        case .unlock: return try await ask("POST", "\(path)/unlock", [:])
        case .rollback(let to, let reason):
            var body: Value = [:]
            if let to { body["to"] = .string(to) }
            if !reason.isEmpty { body["reason"] = .string(reason) }
            if wish.force { body["force"] = true }
            return try await ask("POST", "\(path)/rollback", body)
        }
    }

    /// The path of a workload's routes; what the name leaves open is looked for in the daemon's list.
    func path(of name: WorkloadName) async throws -> String {
        try await path(of: name) { try await workloads()["workloads"]?.sequence ?? [] }
    }

    /// - Parameter list: the workloads that there are, or were: asked for where the name leaves something open.
    func path(of name: WorkloadName, among list: () async throws -> [Value]) async throws -> String {
        if let namespace = name.namespace, !name.resource.isEmpty {
            let kind = name.resource + (name.group.map { $0.isEmpty ? "" : ".\($0)" } ?? "")
            return "\(Self.base)/\(percentEncoded(namespace))/\(percentEncoded(kind))/\(percentEncoded(name.name))"
        }
        let keys = try await list().compactMap { value -> ObjectKey? in
            guard let group = value["group"]?.string, let kind = value["kind"]?.string, let namespace = value["namespace"]?.string,
                let name = value["name"]?.string
            else { return nil }
            return ObjectKey(group: group, kind: kind, namespace: namespace, name: name)
        }
        // The list holds what may be listed; one may still get or patch what one may not list.
        guard !keys.isEmpty else {
            throw WorkloadFailure("you may list no workloads: name kind and namespace, as in deployment/\(name.name) -n NAMESPACE", exitCode: 1)
        }
        do throws(AutomationError) {
            let key = try name.resolve(among: keys)
            let kind = key.kind.lowercased() + (key.group.isEmpty ? "" : ".\(key.group)")
            return "\(Self.base)/\(percentEncoded(key.namespace))/\(percentEncoded(kind))/\(percentEncoded(key.name))"
        } catch {
            throw WorkloadFailure(error)
        }
    }

    func ask(_ method: String, _ path: String, _ body: Value? = nil) async throws -> Value {
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if let token { headers["Authorization"] = "Bearer \(token)" }
        if body != nil { headers["Content-Type"] = "application/json" }
        let status: Int
        let bytes: [UInt8]
        do {
            // A change waits for the git server, and for whoever else pushes.
            let answer = try await transport.send(
                HTTPRequest(
                    method, server + path, headers: headers, body: body.map { JSON.write($0) }, timeout: .seconds(300), stallTimeout: .seconds(300)))
            status = answer.status
            bytes = try await answer.body.collect(limit: Self.answerLimit)
        } catch {
            throw WorkloadFailure("\(server): \(error)", exitCode: 2)
        }
        let value = try? JSON.parse(bytes, maxDepth: 64)
        if status == 200, let value { return value }
        guard let error = value?["error"], let message = error["message"]?.string else {
            throw WorkloadFailure("\(server): status \(status) and no answer of a Martlet daemon", exitCode: 2)
        }
        let advice = error["advice"]?.string.map { "; \($0)" } ?? ""
        let origin = error["origin"]?.string.map { "\($0): " } ?? ""
        // What a person can settle in the repository, against what kept the question from being answered.
        let refusals = ["invalid", "notFound", "ambiguous", "notEditable", "locked", "downgrade", "forbidden", "automationOff"]
        throw WorkloadFailure(origin + message + advice, exitCode: refusals.contains(error["kind"]?.string ?? "") ? 1 : 2)
    }
}
