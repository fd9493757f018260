import Basics
import Document
import HTTP
import Kubernetes
import Testing

@testable import DevCluster

/// A clock that stands still until told, so that runs repeat.
final class StillTime: TimeSource {
    private let moment: Locked<Int64>

    init(_ start: String = "2026-01-02T03:04:05Z") { moment = Locked(Timestamp(start)?.milliseconds ?? 0) }

    var now: Timestamp { Timestamp(milliseconds: moment.withLock { $0 }) }
    var elapsed: Duration { .milliseconds(moment.withLock { $0 }) }
    func sleep(for duration: Duration) async throws { try Task.checkCancellation() }
    func advance(_ duration: Duration) { moment.withLock { $0 += duration.components.seconds * 1000 } }
}

/// An answer read to its end.
struct Answer {
    var status: Int
    var headers: HTTPHeaders
    var value: Value

    var message: String { value["message"]?.string ?? "" }
    var reason: String { value["reason"]?.string ?? "" }
}

/// An API server in this process and the requests tests make of it.
struct APITestServer {
    let time = StillTime()
    let server: APIServer

    init(historyLimit: Int = 2000) {
        var options = APIServer.Options()
        options.historyLimit = historyLimit
        server = APIServer(time: time, random: RandomSource(seed: 7), options: options)
    }

    func send(
        _ method: String, _ path: String, _ body: Value? = nil, type: String = "application/json", headers: HTTPHeaders = [:]
    ) async throws -> Answer {
        var headers = headers
        if body != nil { headers["Content-Type"] = type }
        if headers["User-Agent"] == nil { headers["User-Agent"] = "tests/1" }
        let response = try await server.send(
            HTTPRequest(method, "http://cluster.invalid" + path, headers: headers, body: body.map { JSON.write($0) }))
        let bytes = try await response.body.collect(limit: 1 << 24)
        let value = (try? JSON.parse(bytes)) ?? .string(String(decoding: bytes, as: UTF8.self))
        return Answer(status: response.status, headers: response.headers, value: value)
    }

    func get(_ path: String) async throws -> Answer { try await send("GET", path) }

    /// Creates what a manifest says, in the place its path names.
    @discardableResult
    func create(_ path: String, _ yaml: String, query: String = "") async throws -> Answer {
        try await send("POST", path + query, try YAML.parse(yaml))
    }

    func apply(_ path: String, _ yaml: String, manager: String = "martlet", query: String = "") async throws -> Answer {
        try await send(
            "PATCH", "\(path)?fieldManager=\(manager)\(query)", try YAML.parse(yaml), type: "application/apply-patch+yaml")
    }

    func merge(_ path: String, _ patch: Value, query: String = "") async throws -> Answer {
        try await send("PATCH", path + query, patch, type: "application/merge-patch+json")
    }

    func watch(_ path: String) async throws -> WatchLines {
        let response = try await server.send(HTTPRequest("GET", "http://cluster.invalid" + path, timeout: nil))
        return WatchLines(response.body)
    }
}

/// The lines of a watch, one by one.
final class WatchLines {
    private var iterator: HTTPBody.AsyncIterator
    private var rest: [UInt8] = []

    init(_ body: HTTPBody) { iterator = body.makeAsyncIterator() }

    /// `ADDED name`, or `ERROR reason`; nil at the end.
    func next() async throws -> String? {
        while true {
            if let end = rest.firstIndex(of: 10) {
                let line = try JSON.parse(Array(rest[..<end]))
                rest.removeFirst(end + 1)
                let object = line["object"]
                let what = object?["reason"]?.string ?? object?[path: "metadata", "name"]?.string ?? ""
                return "\(line["type"]?.string ?? "") \(what)"
            }
            guard let piece = try await iterator.next() else { return nil }
            rest += piece
        }
    }
}

enum Manifest {
    static func deployment(_ name: String = "web", image: String = "nginx:1.25", replicas: Int? = 2) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: \(name), labels: {app: \(name)}}
        spec:
          \(replicas.map { "replicas: \($0)" } ?? "paused: false")
          selector: {matchLabels: {app: \(name)}}
          template:
            metadata: {labels: {app: \(name)}}
            spec:
              containers:
              - name: \(name)
                image: \(image)
                ports: [{containerPort: 80}]
        """
    }

    static func configMap(_ name: String, _ data: String = "a: b") -> String {
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: \(name)}, data: {\(data)}}"
    }
}
