import Basics
import Document
import HTTP
import Kubernetes

@testable import Cluster

/// An API server of canned answers: a function from request to answer, and a record of what was asked.
final class ScriptedTransport: HTTPTransport {
    typealias Handler = @Sendable (HTTPRequest, Int) async throws -> HTTPResponse

    private let handler: Handler
    private let log = Locked<[HTTPRequest]>([])

    /// - Parameter handler: gets the request and its number, from 0.
    init(_ handler: @escaping Handler) { self.handler = handler }

    /// Answers in order; the last one for everything after.
    convenience init(_ answers: [HTTPResponse]) {
        self.init { _, index in
            guard let answer = index < answers.count ? answers[index] : answers.last else {
                throw HTTPError.connection("no answer in the script")
            }
            return answer
        }
    }

    var requests: [HTTPRequest] { log.withLock { $0 } }
    var targets: [String] {
        requests.map { "\($0.method) \($0.url.dropFirst("https://cluster".count))" }
    }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let index = log.withLock { log in
            log.append(request)
            return log.count - 1
        }
        do {
            return try await handler(request, index)
        } catch let error as HTTPError {
            throw error
        } catch {
            throw .cancelled
        }
    }
}

extension HTTPResponse {
    static func json(_ text: String, status: Int = 200, headers: HTTPHeaders = [:]) -> HTTPResponse {
        var headers = headers
        headers["Content-Type"] = "application/json"
        // A script may give one answer many times, so its body begins anew after its end.
        let isRead = Locked(false)
        let body = HTTPBody(
            next: {
                let isEnd = isRead.withLock { isRead in
                    defer { isRead.toggle() }
                    return isRead
                }
                return isEnd ? nil : Array(text.utf8)
            }, cancel: {})
        return HTTPResponse(status: status, headers: headers, body: body)
    }

    static func status(_ code: Int, _ reason: String = "", message: String = "", headers: HTTPHeaders = [:]) -> HTTPResponse {
        json(
            #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"\#(message)","reason":"\#(reason)","code":\#(code)}"#,
            status: code, headers: headers)
    }
}

/// The body of a watch that a test writes as it goes.
final class Pipe: Sendable {
    private let stream: AsyncThrowingStream<[UInt8], any Error>
    private let continuation: AsyncThrowingStream<[UInt8], any Error>.Continuation

    init() { (stream, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self) }

    func write(_ text: String) { continuation.yield(Array(text.utf8)) }
    func end() { continuation.finish() }
    func fail(_ error: HTTPError) { continuation.finish(throwing: error) }

    var response: HTTPResponse {
        let stream = stream
        return HTTPResponse(
            status: 200,
            body: HTTPBody(
                next: {
                    var iterator = stream.makeAsyncIterator()
                    return try await iterator.next()
                }, cancel: {}))
    }
}

extension APIResource {
    static let configMaps = APIResource(
        gvk: GroupVersionKind(group: "", version: "v1", kind: "ConfigMap"), name: "configmaps", isNamespaced: true,
        verbs: ["get", "list", "watch"])
    static let deployments = APIResource(
        gvk: GroupVersionKind(group: "apps", version: "v1", kind: "Deployment"), name: "deployments", isNamespaced: true,
        verbs: ["get", "list", "watch"])
}

func client(
    _ transport: any HTTPTransport, time: any TimeSource = SystemTime(), credentials: Credentials = .none,
    files: FileReader = .system, limits: ClusterClient.Limits = .init(), origin: String = ""
) -> ClusterClient {
    ClusterClient(
        configuration: ClusterConfiguration(server: "https://cluster", credentials: credentials, origin: origin),
        transport: transport, time: time, random: RandomSource(seed: 1), limits: limits, files: files)
}

func configMap(_ name: String, version: String, uid: String? = nil, metadata: String = "") -> String {
    #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"\#(name)","namespace":"shop","uid":"\#(uid ?? name)","resourceVersion":"\#(version)"\#(metadata)}}"#
}

func event(_ type: String, _ object: String) -> String { #"{"type":"\#(type)","object":\#(object)}"# + "\n" }

func bookmark(_ version: String) -> String {
    event("BOOKMARK", #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"resourceVersion":"\#(version)"}}"#)
}

func listText(_ items: [String], version: String, next: String = "") -> String {
    #"{"apiVersion":"v1","kind":"ConfigMapList","metadata":{"resourceVersion":"\#(version)","continue":"\#(next)"},"items":[\#(items.joined(separator: ","))]}"#
}

func object(_ text: String) throws -> Object {
    guard let object = Object(try JSON.parse(text)) else { throw ClusterError(.malformed, message: text) }
    return object
}

/// What a call that must fail throws.
func failure<Result>(_ body: () async throws(ClusterError) -> Result) async -> ClusterError? {
    do throws(ClusterError) {
        _ = try await body()
        return nil
    } catch {
        return error
    }
}
