internal import Basics
internal import Document
internal import HTTPTypes
internal import Hummingbird
internal import Kubernetes

// What all routes of the API do with a request before they know what it is about.

extension DaemonView {
    /// Who sent a request: by its token, else by the cookie of a browser that is signed in.
    ///
    /// - Parameter isUse: false: it does not keep a session from ending.
    func admit(_ request: Request, _ context: ServerContext, isUse: Bool = true) async throws(APIFailure) -> AccessControl.Admission {
        let header = request.headers[.authorization]
        // What stands before the daemon may add a header of its own, such as "Basic …".
        guard bearerToken(header) == nil, let id = SessionCookie(request, access.door).id(in: request), let admission = access.sessions?.admission(id, isUse: isUse) else {
            return try await access.admit(authorization: header, from: context.remote)
        }
        try access.checkOrigin(request)
        return admission
    }
}

extension AccessControl {
    /// That a browser's request which changes something is our own page's.
    func checkOrigin(_ request: Request) throws(APIFailure) {
        guard request.method != .get, request.method != .head else { return }
        let header = HTTPField.Name(Door.header).flatMap { request.headers[$0] }
        guard header == "1", door.isOwn(request) else {
            throw APIFailure(
                .forbidden, "forbidden", "a browser's request that changes something must come from the page itself",
                advice: "send \"\(Door.header): 1\" from the same origin, or a bearer token instead of the cookie")
        }
    }
}

extension AccessControl.Admission {
    /// - Parameter name: nil: with all of the kind in the namespace.
    func may(_ verb: AccessVerb, _ key: ObjectKey, name: String?) async throws(APIFailure) -> Bool {
        do throws(AccessError) {
            return try await allows(verb, key.groupKind, namespace: key.namespace, name: name)
        } catch {
            throw APIFailure(error)
        }
    }

    func refusal(_ verb: AccessVerb, _ object: String) -> APIFailure {
        APIFailure(
            .forbidden, "forbidden", "\"\(caller.name)\" may not \(verb.words) \(object)",
            advice: "ask for a role that allows \"\(verb.rule)\" on it")
    }
}

extension Routes {
    /// The query's parameters; unknown ones are refused.
    static func query(_ request: Request, known: [String]) throws(APIFailure) -> [String: String] {
        let values = parameters(request)
        for key in values.keys.sorted() where !known.contains(key) {
            throw APIFailure(
                .badRequest, "badRequest", "unknown query parameter \"\(shortened(key))\"",
                advice: known.isEmpty ? "leave it out" : "there is \(known.map { "\"\($0)\"" }.joined(separator: ", "))")
        }
        return values
    }

    /// The query's parameters.
    ///
    /// - Parameter plusIsSpace: as forms and `URLSearchParams` write them (WHATWG URL, 5.1); not what people paste into an address.
    static func parameters(_ request: Request, plusIsSpace: Bool = true) -> [String: String] {
        var values: [String: String] = [:]
        for pair in (request.uri.query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first else { continue }
            values[percentDecoded(name, plusIsSpace: plusIsSpace)] = parts.count > 1 ? percentDecoded(parts[1], plusIsSpace: plusIsSpace) : ""
        }
        return values
    }

    /// The body, if it is JSON and not too large.
    static func body(_ request: Request) async throws(APIFailure) -> [UInt8] {
        let bytes: [UInt8]
        do {
            bytes = Array(try await request.body.collect(upTo: bodyLimit).readableBytesView)
        } catch {
            throw APIFailure(.contentTooLarge, "tooLarge", "the body is over \(bodyLimit) bytes", advice: "send less")
        }
        let type = request.headers[.contentType]?.split(separator: ";").first?.lowercased().filter { $0 != " " }
        guard bytes.isEmpty || type == "application/json" else {
            throw APIFailure(
                .unsupportedMediaType, "unsupportedMediaType", "the body is \(type.map { "\"\(shortened($0))\"" } ?? "of no type")",
                advice: "send JSON with \"Content-Type: application/json\"")
        }
        return bytes
    }

    /// A value as JSON, or a failure as such.
    static func answer(_ body: () async throws(APIFailure) -> Value) async -> Response {
        await respond { () async throws(APIFailure) in json(.ok, try await body()) }
    }

    /// An answer, or a failure as JSON.
    static func respond(_ body: () async throws(APIFailure) -> Response) async -> Response {
        do throws(APIFailure) {
            return try await body()
        } catch {
            var response = json(error.status, error.value)
            if error.status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer realm=\"martlet\"" }
            return response
        }
    }
}
