import Document
import Registry
import Testing

@Suite struct DockerConfigTests {
    static func config(_ servers: [(String, String)]) throws -> DockerConfig {
        let auths = servers.map { server, user in "\"\(server)\":{\"auth\":\"\(Base64.encode(Array("\(user):secret".utf8)))\"}" }
        return try DockerConfig(json: Array("{\"auths\":{\(auths.joined(separator: ","))}}".utf8))
    }

    static let matches: [(servers: [String], image: String, expected: String?)] = [
        (["ghcr.io"], "ghcr.io/a/b", "ghcr.io"), (["https://ghcr.io"], "ghcr.io/a/b", "https://ghcr.io"), (["https://ghcr.io/v2/"], "ghcr.io/a/b", "https://ghcr.io/v2/"),
        (["GHCR.io"], "ghcr.io/a/b", "GHCR.io"), (["ghcr.io:443"], "ghcr.io/a", nil), (["localhost:5000"], "localhost:5000/a", "localhost:5000"),
        (["localhost"], "localhost:5000/a", nil), (["ghcr.io", "ghcr.io/a"], "ghcr.io/a/b", "ghcr.io/a"), (["ghcr.io/a", "ghcr.io"], "ghcr.io/b", "ghcr.io"),
        (["ghcr.io/a/b/c"], "ghcr.io/a/b", nil), (["https://index.docker.io/v1/"], "nginx", "https://index.docker.io/v1/"), (["docker.io"], "a/b", "docker.io"),
        (["registry-1.docker.io"], "docker.io/a/b", "registry-1.docker.io"), (["docker.io/a"], "a/b", "docker.io/a"), (["docker.io/a"], "b/b", nil),
        (["index.docker.io"], "ghcr.io/a", nil), (["*.example.com"], "r.example.com/a", "*.example.com"), (["*.example.com"], "a.r.example.com/a", nil),
        (["*.example.com"], "example.com/a", nil), (["*.example.com:5000"], "r.example.com:5000/a", "*.example.com:5000"), (["*.example.com"], "r.example.com:5000/a", nil),
        (["r*-eu.?.com"], "reg-eu.x.com/a", "r*-eu.?.com"), (["*.example.com", "r.example.com"], "r.example.com/a", "r.example.com"),
        (["*.example.com/a", "r.example.com"], "r.example.com/a", "*.example.com/a"), (["*"], "ghcr.io/a", nil), (["evil.com"], "ghcr.io/evil.com", nil), (["", "/", "https://"], "nginx", nil),
    ]

    @Test(arguments: matches) func matchesAsTheKubeletDoes(_ servers: [String], _ image: String, _ expected: String?) throws {
        let config = try Self.config(servers.map { ($0, $0.split(separator: ":").joined(separator: "_")) })
        let repository = try #require(ImageRepository(image))
        let user = expected.map { $0.split(separator: ":").joined(separator: "_") }
        #expect(config.credential(for: repository) == user.map { .basic(user: $0, password: "secret") })
    }

    static let entries: [(String, RegistryCredential?)] = [
        (#"{"auths":{"r.io":{"auth":"YTpiOmM="}}}"#, .basic(user: "a", password: "b:c")), (#"{"auths":{"r.io":{"auth":"YTpiOmM"}}}"#, .basic(user: "a", password: "b:c")),
        (#"{"auths":{"r.io":{"auth":"YTpiAA=="}}}"#, .basic(user: "a", password: "b")), (#"{"auths":{"r.io":{"username":"a","password":"b"}}}"#, .basic(user: "a", password: "b")),
        (#"{"auths":{"r.io":{"auth":"YTpi","identitytoken":"t"}}}"#, .identityToken("t")), (#"{"auths":{"r.io":{"registrytoken":"t"}}}"#, .bearer("t")),
        (#"{"r.io":{"auth":"YTpi","email":"x"}}"#, .basic(user: "a", password: "b")), (#"{"auths":{"r.io":{}},"credsStore":"desktop"}"#, nil), ("{}", nil), (#"{"auths":null}"#, nil),
        (#"{"credHelpers":{"r.io":"ecr"}}"#, nil),
    ]

    @Test(arguments: entries) func readsEveryForm(_ json: String, _ expected: RegistryCredential?) throws {
        let config = try DockerConfig(json: Array(json.utf8))
        #expect(config.credential(for: ImageRepository(registry: "r.io", path: "a")) == expected)
    }

    @Test(arguments: ["", "[]", "x", #"{"auths":{"r.io":{"auth":"%%%"}}}"#, #"{"auths":{"r.io":{"auth":"YWI="}}}"#]) func saysWhatIsWrong(_ json: String) {
        #expect(throws: RegistryError.self) { try DockerConfig(json: Array(json.utf8)) }
    }

    @Test func severalAreOne() throws {
        var config = try Self.config([("r.io", "first")])
        config.merge(try Self.config([("r.io", "second"), ("r.io/team", "third")]))
        #expect(config.credential(for: ImageRepository(registry: "r.io", path: "a")) == .basic(user: "first", password: "secret"))
        #expect(config.credentials(for: ImageRepository(registry: "r.io", path: "team/a")).count == 3)
        #expect(config.credential(for: ImageRepository(registry: "r.io", path: "team/a")) == .basic(user: "third", password: "secret"))
    }

    @Test func secretsAreNotPrinted() throws {
        let config = try Self.config([("r.io", "somebody")])
        let credential = try #require(config.credential(for: ImageRepository(registry: "r.io", path: "a")))
        #expect(!"\(credential) \(String(reflecting: credential)) \([credential])".contains("secret"))
        #expect(!"\(config) \(String(reflecting: config))".contains("secret"))
    }
}
