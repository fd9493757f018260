import Basics
import Cluster
import Delivery
import DevCluster
import Document
import FoundationEssentials
import Git
import Kubernetes
import Logging
import Scenarios
import TestKit
import Testing

/// Repositories that other people wrote, from a folder that is not part of this project.
@Suite(.serialized, .enabled(if: isWanted, "make e2e")) struct RepositoryTests {
    @Test(.enabled(if: data != nil, "MARTLET_DATA names a folder with repositories"), .timeLimit(.minutes(5)))
    func realControlPlane() async throws {
        try await withControlPlane { plane, client in
            try await becomeHealthy(client: client, kubeconfig: plane.kubeconfigFile)
        }
    }

    @Test(.enabled(if: data != nil, "MARTLET_DATA names a folder with repositories"), .timeLimit(.minutes(5)))
    func embeddedCluster() async throws {
        try await withEmbeddedCluster { cluster, kubeconfig in
            try await becomeHealthy(client: cluster.client(userAgent: "test"), kubeconfig: kubeconfig)
        }
    }

    /// Sock Shop as manifests, Sock Shop as a chart and podinfo's chart, three applications of one repository, over ssh.
    private func becomeHealthy(client: ClusterClient, kubeconfig: String) async throws {
        let folder = try TemporaryFolder("martlet-repositories")
        let server = try await SSHGitServer()
        do {
            let repository = try await TestRepository(in: folder)
            var files = try await content("sock-shop/manifests", under: "sock-shop")
            files.merge(try await content("sock-shop/helm-chart", under: "charts/sock-shop-chart")) { first, _ in first }
            files.merge(try await content("podinfo/charts/podinfo", under: "charts/podinfo")) { first, _ in first }
            // Its one dependency is not part of the folder, and Helm refuses such a chart.
            files["charts/sock-shop-chart/requirements.yaml"] = nil
            // Both shops would have the same port of the nodes.
            files["charts/sock-shop-chart/templates/front-end-svc.yaml"] = edited(files["charts/sock-shop-chart/templates/front-end-svc.yaml"], "30001", "30011")
            // It asks for a newer Kubernetes than the control plane that can be built here.
            files["charts/podinfo/Chart.yaml"] = edited(files["charts/podinfo/Chart.yaml"], "kubeVersion: \">=1.23.0-0\"", "")
            files["martlet.yaml"] = """
                apiVersion: martlet.dev/v1alpha1
                kind: Application
                metadata: {name: sock-shop-chart}
                spec: {path: charts/sock-shop-chart, namespace: sock-shop-chart}
                ---
                apiVersion: martlet.dev/v1alpha1
                kind: Application
                metadata: {name: podinfo}
                spec:
                  path: charts/podinfo
                  namespace: podinfo
                  helm: {values: {replicaCount: 2, hpa: {enabled: false}}}
                """
            let commit = try await repository.commit("Other people's work", files)
            try folder.write("key", server.clientKey)
            try folder.write("known_hosts", server.knownHosts)
            let loop = try ProgramOperator(
                program: program, kubeconfig: kubeconfig, url: server.url(repository.path),
                git: ["--git-ssh-key-file", folder.file("key"), "--git-known-hosts-file", folder.file("known_hosts")], name: "sock-shop",
                folder: folder, pollInterval: "60s")
            let world = World(client: client, repository: repository, operator: loop)
            try await loop.start()
            for application in ["sock-shop", "sock-shop-chart", "podinfo"] {
                let status = try await world.settled(application, at: commit, within: .seconds(90))
                #expect(status.problems.isEmpty)
            }
            #expect(try await world.statuses()["sock-shop"]?.objects == 29)
            await loop.kill()
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private func edited(_ file: TestRepository.Change?, _ old: String, _ new: String) -> TestRepository.Change? {
        guard case .file(let bytes)? = file else { return file }
        return .text(String(decoding: bytes, as: UTF8.self).replacing(old, with: new))
    }

    private func content(_ name: String, under target: String) async throws -> [String: TestRepository.Change] {
        let tree = FolderTree(root: "\(data ?? "")/repos/\(name)")
        let files = try await tree.files()
        var changes: [String: TestRepository.Change] = [:]
        for (path, bytes) in try await tree.read(files) { changes["\(target)/\(path)"] = .file(bytes) }
        return changes
    }
}
