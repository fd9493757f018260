import Automation
import Basics
import Document
import Kubernetes
import Registry
import TestKit
import Testing

/// Whose credentials count, and how long a Secret that is missing stays missing.
@Suite struct PullCredentialsTests {
    private static func workload() throws -> Workload {
        let object = try #require(Object(["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "shop"]]))
        return Workload(
            application: "shop", key: object.key, origin: Origin(file: "a.yaml"), containers: [], policy: try AutomationPolicy(of: object),
            pullSecrets: ["own"], serviceAccount: "web")
    }

    private static let repository = ImageRepository(registry: "registry.example.org", path: "shop/web")

    private static func config(_ user: String, _ server: String = "registry.example.org") -> [UInt8] {
        JSON.write(["auths": [server: ["auth": .string(Base64.encode(Array("\(user):secret".utf8)))]]])
    }

    private static func secret(_ name: String, _ server: String = "registry.example.org") -> Object? {
        Object([
            "apiVersion": "v1", "kind": "Secret", "metadata": ["name": .string(name), "namespace": "shop"],
            "data": [".dockerconfigjson": .string(Base64.encode(config(name, server)))],
        ])
    }

    @Test func fromTheWorkloadThenItsAccountThenOurs() async throws {
        let objects = Locked<[String: Object]>([:])
        let time = VirtualTime()
        let asked = Locked(0)
        let credentials = PullCredentials(own: try DockerConfig(json: Self.config("ours")), time: time) { key in
            asked.withLock { $0 += 1 }
            return objects.withLock { $0[key.name] }
        }
        let workload = try Self.workload()
        func user() async -> String? {
            guard case .basic(let user, _)? = await credentials.credential(for: workload, Self.repository) else { return nil }
            return user
        }
        #expect(await user() == "ours")
        // It comes with the commit that names it: found within seconds.
        objects.withLock { objects in
            objects["web"] = Object([
                "apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "web", "namespace": "shop"],
                "imagePullSecrets": [["name": "account"]],
            ])
            objects["account"] = Self.secret("account")
        }
        await time.advance(by: .seconds(3))
        #expect(await user() == "account")
        objects.withLock { $0["own"] = Self.secret("own") }
        await time.advance(by: .seconds(3))
        #expect(await user() == "own")
        // What is there is not asked for at each scan.
        let before = asked.withLock { $0 }
        for _ in 0..<10 { _ = await user() }
        #expect(asked.withLock { $0 } == before)
        // Another one's secret says nothing of this registry.
        #expect(await credentials.credential(for: workload, ImageRepository(registry: "other.example.org", path: "x")) == nil)
    }

    /// The kubelet asks all secrets as one: what is said of a path comes before what is said of its host.
    @Test func theMostSpecificOfAllSecrets() async throws {
        let objects: [String: Object?] = [
            "web": Object([
                "apiVersion": "v1", "kind": "ServiceAccount", "metadata": ["name": "web", "namespace": "shop"],
                "imagePullSecrets": [["name": "account"], ["name": "wild"]],
            ]),
            "own": Self.secret("own"), "account": Self.secret("account", "registry.example.org/shop"), "wild": Self.secret("wild", "*.example.org"),
        ]
        let credentials = PullCredentials(own: try DockerConfig(json: Self.config("ours", "registry.example.org/shop/web")), time: VirtualTime()) { key in
            objects[key.name] ?? nil
        }
        func users(_ path: String) async throws -> [String] {
            let repository = ImageRepository(registry: "registry.example.org", path: path)
            let workload = try Self.workload()
            let all = await credentials.credentials(for: workload, repository)
            #expect(await credentials.credential(for: workload, repository) == all.first)
            return all.map { credential in
                guard case .basic(let user, _) = credential else { return "?" }
                return user
            }
        }
        #expect(try await users("shop/web") == ["account", "own", "wild", "ours"])
        #expect(try await users("other/web") == ["own", "wild"])
    }
}
