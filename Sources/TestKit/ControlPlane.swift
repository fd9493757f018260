internal import Basics
package import Cluster
internal import FoundationEssentials
internal import Glibc
package import HTTP

/// A real Kubernetes control plane on loopback ports: etcd, kube-apiserver and
/// kube-controller-manager, each a process of its own. It has no nodes; a
/// `NodeSimulator` brings them.
package final class ControlPlane: Sendable {
    private struct Processes {
        var etcd: RunningProcess?
        var server: RunningProcess?
        var controllers: RunningProcess?
    }

    private let folder: TemporaryFolder
    private let binaries: String
    private let certificates: TestCertificates
    private let ports: (client: Int, peer: Int, server: Int)
    private let processes = Locked(Processes())

    /// - Parameter binaries: the folder with `kube-apiserver` and `kube-controller-manager`.
    package init(binaries: String) throws {
        self.binaries = binaries
        folder = try TemporaryFolder("martlet-control-plane")
        certificates = try TestCertificates()
        ports = (try SSHGitServer.freePort(), try SSHGitServer.freePort(), try SSHGitServer.freePort())
        try folder.write("ca.pem", certificates.ca)
        try folder.write("server.pem", certificates.server)
        try folder.write("server.key", certificates.serverKey)
        try folder.write("client.pem", certificates.client)
        try folder.write("client.key", certificates.clientKey)
        // Any key pair will do to sign service accounts' tokens.
        try folder.write("accounts.key", certificates.clientKey)
        try folder.write("tokens.csv", Array("good-token,tester,1,\"system:masters\"\nweak-token,nobody,2\n".utf8))
        try folder.write("kubeconfig", Array(kubeconfig.utf8))
    }

    package var configuration: ClusterConfiguration {
        var configuration = ClusterConfiguration(server: url, origin: "the test's control plane")
        configuration.tls = certificates.mutual
        return configuration
    }

    package var url: String { "https://127.0.0.1:\(ports.server)" }

    /// A file for programs that take a kubeconfig.
    package var kubeconfigFile: String { folder.file("kubeconfig") }

    package var kubeconfig: String {
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: test
          cluster: {server: "\(url)", certificate-authority: "\(folder.file("ca.pem"))"}
        contexts:
        - name: test
          context: {cluster: test, user: test}
        - name: expired
          context: {cluster: test, user: expired}
        current-context: test
        users:
        - name: test
          user: {client-certificate: "\(folder.file("client.pem"))", client-key: "\(folder.file("client.key"))"}
        - name: expired
          user: {token: no-longer-known}

        """
    }

    /// Starts everything and returns when the API server is ready.
    package func start() async throws {
        let etcd = try RunningProcess(
            "etcd",
            [
                "--data-dir", folder.file("etcd"), "--listen-client-urls", "http://127.0.0.1:\(ports.client)",
                "--advertise-client-urls", "http://127.0.0.1:\(ports.client)", "--listen-peer-urls", "http://127.0.0.1:\(ports.peer)",
                "--initial-advertise-peer-urls", "http://127.0.0.1:\(ports.peer)",
                "--initial-cluster", "default=http://127.0.0.1:\(ports.peer)",
            ], output: folder.file("etcd.log"), errors: folder.file("etcd.log"))
        processes.withLock { $0.etcd = etcd }
        try startServer()
        try await waitUntilReady()
        let controllers = try RunningProcess(
            "\(binaries)/kube-controller-manager",
            [
                "--kubeconfig", folder.file("kubeconfig"), "--kube-api-qps=500", "--kube-api-burst=1000", "--leader-elect=false",
                "--port=0", "--secure-port=0", "--service-account-private-key-file", folder.file("accounts.key"),
                "--root-ca-file", folder.file("ca.pem"), "--concurrent-deployment-syncs=20", "--concurrent-replicaset-syncs=20",
                "--controllers=*,-nodeipam,-route,-service,-cloud-node-lifecycle,-csrsigning,-bootstrapsigner,-tokencleaner",
            ], output: folder.file("controllers.log"), errors: folder.file("controllers.log"))
        processes.withLock { $0.controllers = controllers }
    }

    private func startServer() throws {
        let server = try RunningProcess(
            "\(binaries)/kube-apiserver",
            [
                "--etcd-servers=http://127.0.0.1:\(ports.client)", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
                "--secure-port=\(ports.server)", "--endpoint-reconciler-type=none", "--authorization-mode=RBAC",
                "--service-cluster-ip-range=10.96.0.0/16", "--client-ca-file=\(folder.file("ca.pem"))",
                "--tls-cert-file=\(folder.file("server.pem"))", "--tls-private-key-file=\(folder.file("server.key"))",
                "--token-auth-file=\(folder.file("tokens.csv"))", "--service-account-issuer=https://kubernetes.default.svc",
                // The public half, from the certificate.
                "--service-account-key-file=\(folder.file("client.pem"))",
                "--service-account-signing-key-file=\(folder.file("accounts.key"))", "--cert-dir=\(folder.file("certs"))",
                // The tests' own traffic must not be held back by fairness between users.
                "--max-requests-inflight=2000", "--max-mutating-requests-inflight=1000",
            ], output: folder.file("server.log"), errors: folder.file("server.log"))
        processes.withLock { $0.server = server }
    }

    /// Kills the API server and starts it again on the same port and data.
    package func restartServer() async throws {
        let server = processes.withLock { $0.server }
        server?.signal(SIGKILL)
        _ = try await server?.wait(timeout: .seconds(5))
        try startServer()
        try await waitUntilReady()
    }

    private func waitUntilReady() async throws {
        let transport = CurlTransport(tls: certificates.mutual, userAgent: "martlet-test")
        for _ in 0..<600 {
            if let answer = try? await transport.send(HTTPRequest("GET", "\(url)/readyz", timeout: .seconds(5))), answer.status == 200 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw SubprocessError("kube-apiserver is not ready after 60 s:\n\(serverLog)")
    }

    /// A client of its API server, as a program of that name.
    package func client(_ name: String, through wrap: (any HTTPTransport) -> any HTTPTransport = { $0 }) -> ClusterClient {
        ClusterClient(
            configuration: configuration, transport: wrap(CurlTransport(tls: configuration.tls, userAgent: name)), time: SystemTime(),
            random: RandomSource(), userAgent: name)
    }

    /// Where the API server died, or the end of what it says, for a test that fails because of it.
    package var serverLog: String {
        let text = (try? String(decoding: TemporaryFolder.read(folder.file("server.log")), as: UTF8.self)) ?? ""
        for word in ["\nfatal error:", "\npanic:"] {
            if let found = text.firstRange(of: word) { return String(text[found.lowerBound...].prefix(2000)) }
        }
        return String(text.suffix(2000))
    }

    package func stop() async {
        let all = processes.withLock { processes in
            defer { processes = Processes() }
            return [processes.controllers, processes.server, processes.etcd]
        }
        for process in all { process?.signal(SIGKILL) }
        for process in all { _ = try? await process?.wait(timeout: .seconds(5)) }
    }
}
