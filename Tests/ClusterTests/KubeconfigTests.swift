import HTTP
import Testing

@testable import Cluster

private func memory(_ files: [String: String], unreadable: Set<String> = []) -> FileReader {
    FileReader { (path: String) throws(FileReader.Failure) in
        if unreadable.contains(path) { throw .unreadable("no permission to read it") }
        guard let text = files[path] else { throw .missing }
        return Array(text.utf8)
    }
}

private let pem = "-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n"

private func config(cluster: String = "server: https://one:6443", user: String = "token: abc", context: String = "") -> String {
    """
    apiVersion: v1
    kind: Config
    current-context: staging
    clusters:
    - name: one
      cluster: {\(cluster)}
    users:
    - name: ann
      user: {\(user)}
    contexts:
    - name: staging
      context: {cluster: one, user: ann\(context)}
    - name: production
      context: {cluster: gone, user: ann}
    """
}

@Suite struct KubeconfigTests {
    private let home = ["HOME": "/home/ann"]

    @Test func theFileInTheHomeFolder() throws {
        let files = memory(["/home/ann/.kube/config": config(context: ", namespace: shop")])
        let configuration = try Kubeconfig.load(environment: home, files: files)
        #expect(configuration.server == "https://one:6443")
        #expect(configuration.credentials == .token("abc"))
        #expect(configuration.namespace == "shop")
        #expect(configuration.origin == "context \"staging\"")
        #expect(configuration.impersonate == nil)
    }

    @Test func ofListedFilesTheFirstToNameSomethingWins() throws {
        let files = memory([
            "/a": "current-context: ''\nusers:\n- {name: ann, user: {token: first}}\n",
            "/b": config(user: "token: second"),
        ])
        let configuration = try Kubeconfig.load(environment: ["KUBECONFIG": "/missing:/a::/b"], files: files)
        #expect(configuration.credentials == .token("first"))
        #expect(configuration.server == "https://one:6443")
    }

    @Test func anExplicitFileStandsAlone() throws {
        let files = memory(["/a": config(user: "token: a"), "/b": config(user: "token: b")])
        let configuration = try Kubeconfig.load(environment: ["KUBECONFIG": "/a"], path: "/b", files: files)
        #expect(configuration.credentials == .token("b"))
    }

    @Test func certificatesFromDataAndFromFilesBesideTheConfig() throws {
        let data = Base64Text.of(pem)
        let files = memory([
            "/k/config": config(
                cluster: "server: https://one, certificate-authority: ca.pem, tls-server-name: api.internal",
                user: "client-certificate-data: \(data), client-certificate: /none, client-key: keys/ann.pem"),
            "/k/ca.pem": pem, "/k/keys/ann.pem": pem,
        ])
        let configuration = try Kubeconfig.load(environment: [:], path: "/k/config", files: files)
        #expect(configuration.tls.caPEM == Array(pem.utf8))
        #expect(configuration.tls.certificatePEM == Array(pem.utf8))
        #expect(configuration.tls.privateKeyPEM == Array(pem.utf8))
        #expect(configuration.tls.serverName == "api.internal")
        #expect(!configuration.tls.skipsVerification)
    }

    @Test func otherWaysToSayWhoWeAre() throws {
        func credentials(_ user: String) throws -> ClusterConfiguration {
            try Kubeconfig.load(
                environment: [:], path: "/c", files: memory(["/c": config(user: user), "/t": "tok\n", "/rel": "tok"]))
        }
        #expect(try credentials("token: a, tokenFile: /t").credentials == .tokenFile("/t"))
        #expect(try credentials("tokenFile: rel").credentials == .tokenFile("/rel"))
        #expect(try credentials("username: ann, password: x").credentials == .basic(user: "ann", password: "x"))
        #expect(try credentials("").credentials == .none)
        let other = try credentials("token: a, as: bob, as-groups: [dev, ops]")
        #expect(other.impersonate == "bob")
        #expect(other.impersonateGroups == ["dev", "ops"])
    }

    @Test(arguments: [
        ("server: https://one/k8s/clusters/c-1/", "https://one/k8s/clusters/c-1"), ("server: one:6443", "https://one:6443"),
        ("server: 'http://localhost:8080'", "http://localhost:8080"),
    ])
    func servers(cluster: String, expected: String) throws {
        let configuration = try Kubeconfig.load(environment: [:], path: "/c", files: memory(["/c": config(cluster: cluster)]))
        #expect(configuration.server == expected)
    }

    static let bad: [(text: String, parts: [String])] = [
        ("- 1", ["is a sequence, not a mapping"]),
        ("a: [", ["\"/c\"", "is not YAML"]),
        ("clusters: 3", ["\"clusters\" is an integer, not a sequence"]),
        ("clusters: [{cluster: {}}]", ["an entry of \"clusters\" has no name"]),
        ("{}", ["has no current context"]),
        ("", ["has no current context"]),
        ("current-context: stagin\ncontexts: [{name: staging, context: {}}, {name: x, context: {}}]",
            ["no context \"stagin\"", "did you mean \"staging\"", "\"x\""]),
        ("current-context: a\ncontexts: [{name: a, context: {cluster: c}}]", ["names the cluster \"c\"", "it has none"]),
        (config(cluster: ""), ["has no server"]),
        (config(cluster: "server: ftp://x"), ["scheme \"ftp\""]),
        (config(cluster: "server: https://x, proxy-url: http://p"), ["proxy-url", "HTTPS_PROXY"]),
        (config(cluster: "server: https://x, certificate-authority-data: '*'"), ["not base64"]),
        (config(cluster: "server: https://x, certificate-authority-data: YWJj"), ["holds no PEM"]),
        (config(cluster: "server: https://x, certificate-authority: ca.pem"), ["certificate-authority", "\"/ca.pem\"", "no such file"]),
        (config(cluster: "server: https://x, certificate-authority: /secret"), ["\"/secret\"", "no permission"]),
        (config(cluster: "server: https://x, insecure-skip-tls-verify: true, certificate-authority-data: \(Base64Text.of(pem))"),
            ["both a certificate authority and insecure-skip-tls-verify"]),
        (config(user: "exec: {command: aws, apiVersion: v1}"), ["user \"ann\"", "exec \"aws\"", "not run", "kubectl create token"]),
        (config(user: "auth-provider: {name: gcp}"), ["auth-provider \"gcp\""]),
        (config(user: "tokenFile: /nowhere"), ["token of user \"ann\"", "\"/nowhere\""]),
        (config(user: "client-certificate-data: \(Base64Text.of(pem))"), ["has no client-key"]),
    ]

    @Test(arguments: bad.indices)
    func badFilesSayWhatIsWrong(index: Int) throws {
        let (text, parts) = Self.bad[index]
        let error = #expect(throws: ClusterError.self) {
            try Kubeconfig.load(environment: [:], path: "/c", files: memory(["/c": text], unreadable: ["/secret"]))
        }
        #expect(error?.reason == .configuration)
        for part in parts { #expect(error?.message.contains(part) == true, "\(error?.message ?? "") lacks \(part)") }
    }

    @Test func noFileAtAll() {
        let error = #expect(throws: ClusterError.self) { try Kubeconfig.load(environment: home, files: memory([:])) }
        #expect(error?.message == "no kubeconfig: there is no \"/home/ann/.kube/config\"; set KUBECONFIG, or name a file")
        let named = #expect(throws: ClusterError.self) { try Kubeconfig.load(environment: home, path: "/x", files: memory([:])) }
        #expect(named?.message == "there is no kubeconfig \"/x\"")
        let locked = #expect(throws: ClusterError.self) {
            try Kubeconfig.load(environment: ["KUBECONFIG": "/x"], files: memory([:], unreadable: ["/x"]))
        }
        #expect(locked?.message.contains("no permission") == true)
    }

    @Test func insideAPod() throws {
        let folder = "/var/run/secrets/kubernetes.io/serviceaccount"
        let files = memory(["\(folder)/token": "t", "\(folder)/ca.crt": pem, "\(folder)/namespace": "martlet\n"])
        let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"]
        let configuration = try Kubeconfig.load(environment: environment, files: files)
        #expect(configuration.server == "https://[fd00::1]:6443")
        #expect(configuration.credentials == .tokenFile("\(folder)/token"))
        #expect(configuration.namespace == "martlet")
        #expect(configuration.tls.caPEM != nil)
        let error = #expect(throws: ClusterError.self) {
            try Kubeconfig.load(environment: environment, files: memory(["\(folder)/ca.crt": pem]))
        }
        #expect(error?.message.contains("automountServiceAccountToken") == true)
    }

    @Test func noSecretIsPrinted() throws {
        let token = "s3cret-marker"
        let configuration = ClusterConfiguration(server: "https://x", credentials: .token(token))
        for text in [
            "\(configuration)", String(reflecting: configuration), "\(Credentials.basic(user: "a", password: token))",
        ] {
            #expect(!text.contains(token))
        }
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains(token))
    }
}
