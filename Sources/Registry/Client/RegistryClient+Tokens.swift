internal import Basics
internal import Document
internal import HTTP

extension RegistryClient {
    /// Whose token it is and what it lets one read.
    struct TokenKey: Hashable {
        var origin: String
        var path: String
        var credential: RegistryCredential?
    }

    /// How a host wants to be authenticated.
    enum AuthenticationScheme: Hashable {
        case basic
        case bearer(realm: String, service: String?)
    }

    /// A request with whatever authentication the host wanted the last time; 401 renews it once.
    func authenticated(
        _ method: String, _ address: RegistryAddress, headers: HTTPHeaders, repository: ImageRepository, credential: RegistryCredential?,
        limit: Int
    ) async throws(RegistryError) -> Answer {
        let key = TokenKey(origin: address.origin, path: repository.path, credential: credential)
        var request = HTTPRequest(method, address.url, headers: headers)
        if let scheme = schemes[address.origin] {
            do throws(RegistryError) {
                request.headers["Authorization"] = try await authorization(scheme, scope: nil, key, repository)
            } catch {
                // The token service may have moved: the next request asks the registry where it is.
                schemes[address.origin] = nil
                throw error
            }
        }
        // A body of a refusal has to fit too, where none is expected.
        let first = try await exchange(request, at: address, place: repository.description, limit: max(limit, 65_536))
        guard first.status == 401 else { return first }
        let challenges = AuthenticateChallenge.parse(first.headers.values("WWW-Authenticate"))
        guard let (scheme, scope) = Self.choose(challenges) else { return first }
        schemes[address.origin] = scheme
        tokens[key] = nil
        guard let authorization = try await authorization(scheme, scope: scope, key, repository) else { return first }
        request.headers["Authorization"] = authorization
        return try await exchange(request, at: address, place: repository.description, limit: max(limit, 65_536))
    }

    /// Tokens before passwords.
    private static func choose(_ challenges: [AuthenticateChallenge]) -> (AuthenticationScheme, scope: String?)? {
        for challenge in challenges where challenge.scheme == "bearer" {
            guard let realm = challenge.parameters["realm"], !realm.isEmpty else { continue }
            return (.bearer(realm: realm, service: challenge.parameters["service"]), challenge.parameters["scope"])
        }
        return challenges.contains { $0.scheme == "basic" } ? (.basic, nil) : nil
    }

    /// The value of `Authorization`; nil where nothing can be shown.
    private func authorization(
        _ scheme: AuthenticationScheme, scope: String?, _ key: TokenKey, _ repository: ImageRepository
    ) async throws(RegistryError) -> String? {
        switch (scheme, key.credential) {
        case (.basic, .basic(let user, let password)): return Self.basic(user, password)
        case (.basic, .bearer(let token)), (.bearer, .bearer(let token)): return "Bearer \(token)"
        case (.basic, _): return nil
        case (.bearer(let realm, let service), _):
            if let token = tokens[key], token.isFresh(at: time.elapsed) { return "Bearer \(token.text)" }
            let scope = scope.flatMap { $0.isEmpty ? nil : $0 } ?? "repository:\(repository.path):pull"
            let token = try await token(realm: realm, service: service, scope: scope, key, repository)
            // Old ones go before they are many.
            if tokens.count >= 10_000 { tokens = tokens.filter { $0.value.isFresh(at: time.elapsed) } }
            if tokens.count < 10_000 { tokens[key] = token }
            return "Bearer \(token.text)"
        }
    }

    private static func basic(_ user: String, _ password: String) -> String { "Basic " + Base64.encode(Array("\(user):\(password)".utf8)) }

    /// Asks the token service (distribution.github.io, "Token Authentication Specification" and "OAuth2 Token Authentication").
    private func token(
        realm: String, service: String?, scope: String, _ key: TokenKey, _ repository: ImageRepository
    ) async throws(RegistryError) -> AccessToken {
        guard var address = RegistryAddress(realm), isAllowed(address) else {
            throw RegistryError(
                .configuration, "its token service \"\(printable(withoutQuery(realm)))\" must not be asked", place: repository.description,
                advice: "it needs https; name its host among the insecure registries to allow plain HTTP")
        }
        var fields = [("scope", scope)]
        if let service { fields.insert(("service", service), at: 0) }
        var request: HTTPRequest
        if case .identityToken(let secret) = key.credential {
            fields += [("grant_type", "refresh_token"), ("client_id", settings.userAgent), ("refresh_token", secret)]
            request = HTTPRequest("POST", address.url, headers: ["Content-Type": "application/x-www-form-urlencoded"], body: Array(Self.form(fields).utf8))
        } else {
            address.target += (address.target.contains("?") ? "&" : "?") + Self.form(fields)
            request = HTTPRequest("GET", address.url)
            if case .basic(let user, let password) = key.credential { request.headers["Authorization"] = Self.basic(user, password) }
        }
        let answer = try await exchange(request, at: address, place: repository.description, limit: Limit.token)
        guard answer.status == 200 else {
            let isRefusal = (400..<500).contains(answer.status)
            throw RegistryError(
                isRefusal ? .authentication : .unreachable,
                "the token service \"\(address.authority)\" gives no token (status \(answer.status))", place: repository.description,
                advice: key.credential == nil ? "give credentials that may pull it" : "check the credentials, they may have expired")
        }
        guard let token = AccessToken.parse(answer.body, at: time.elapsed) else {
            throw badAnswer("the token service \"\(address.authority)\" answers without a token", repository)
        }
        return token
    }

    /// `a=b&c=d`, everything but RFC 3986's unreserved characters encoded.
    private static func form(_ fields: [(String, String)]) -> String {
        fields.map { "\($0)=\(percentEncoded($1))" }.joined(separator: "&")
    }
}
