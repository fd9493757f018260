internal import Basics
internal import Crypto
internal import Document
internal import FoundationEssentials
internal import HTTP

/// A token service as `docker-registry` trusts it: JSON Web Tokens signed with a key
/// whose certificate goes with them (distribution.github.io, "Token Authentication Implementation").
final class RegistryTokenService: Sendable {
    static let service = "martlet-tests"
    static let issuer = "martlet-tests-issuer"

    let certificates: TestCertificates
    private let key: P256.Signing.PrivateKey
    private let server: LoopbackServer

    init(user: String, password: String) async throws {
        let certificates = try TestCertificates()
        let key = try P256.Signing.PrivateKey(pemRepresentation: String(decoding: certificates.serverKey, as: UTF8.self))
        (self.certificates, self.key) = (certificates, key)
        let expected = "Basic " + Base64.encode(Array("\(user):\(password)".utf8))
        server = try await LoopbackServer { request in
            guard request.headers["Authorization"] == expected else { return .text("{}", status: 401) }
            let query = request.url.split(separator: "?").dropFirst().first ?? ""
            let scope = query.split(separator: "&").first { $0.hasPrefix("scope=") }?.dropFirst(6) ?? ""
            let parts = scope.split(separator: "%3A").flatMap { $0.split(separator: ":") }.map { percentDecoded($0) }
            guard parts.count == 3 else { return .text("{}", status: 400) }
            let actions = parts[2].split(separator: ",").map(String.init).filter { $0 == "pull" }
            let token = try Self.token(parts[1], actions, certificates, key)
            return .text(JSON.text(["token": .string(token), "expires_in": 120]))
        }
    }

    var url: String { server.url }
    var host: String { "127.0.0.1:\(server.port)" }
    func stop() async { await server.stop() }

    func token(_ path: String, _ actions: [String]) throws -> String { try Self.token(path, actions, certificates, key) }

    private static func token(_ path: String, _ actions: [String], _ certificates: TestCertificates, _ key: P256.Signing.PrivateKey) throws -> String {
        let lines = String(decoding: certificates.server, as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("-----") }
        let now = SystemTime().now.milliseconds / 1000
        let header: Value = ["typ": "JWT", "alg": "ES256", "x5c": [.string(lines.joined())]]
        let claims: Value = [
            "iss": .string(issuer), "sub": "test", "aud": .string(service), "exp": .int(now + 120), "nbf": .int(now - 10), "iat": .int(now),
            "jti": .string(String(RandomSource().next(), radix: 16)),
            "access": [["type": "repository", "name": .string(path), "actions": .sequence(actions.map { .string($0) })]],
        ]
        let text = [header, claims].map { url64(JSON.write($0)) }.joined(separator: ".")
        return text + "." + url64(Array(try key.signature(for: Data(text.utf8)).rawRepresentation))
    }

    private static func url64(_ bytes: [UInt8]) -> String {
        String(Base64.encode(bytes).compactMap { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 == "=" ? nil : $0 })
    }
}
