import Automation
import Kubernetes
import Registry
import TestKit
import Testing

/// One text for several images: nobody is moved who did not say so, and nobody else is held back.
@Suite struct SharedTextTests {
    typealias World = LoopTests.World

    /// Two workloads, "web" and "worker", of one value; annotations of the second.
    private static func files(_ host: String, worker: String) -> [String: String] {
        LoopTests.chart(host, second: "annotations: {{ eq . \"worker\" | ternary (dict \(worker)) (dict) | toJson }}")
    }

    private static let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")

    /// - Returns: What is wrong, where nothing is committed.
    private func problems(worker: String) async throws -> [AutomationError] {
        let world = try await World { Self.files($0, worker: worker) }
        world.registry.setTags(["0.3.11", "0.3.12", "0.3.13"], of: "shop/web")
        try await world.rounds(4)
        #expect(world.commits.isEmpty)
        let problems = world.automation.currentProblems
        #expect(problems.keys.map(\.workload) == [Self.key])
        // A person may, unless somebody locked it, and all that moves is named.
        let image = ImageReference(name: "\(world.registry.host)/shop/web", tag: "0.3.13")
        let request = ChangeRequest(
            workload: Self.key, action: .release(image), force: worker.contains("locked"), requester: Requester(name: "Ann", email: "ann@example.com"))
        let report = try await InterleavingTests.writer(world.server, seed: 2).perform(.request(request, application: "web", tags: [:]))
        #expect(report.bumps.map(\.workload.name).sorted() == ["web", "worker"] && report.bumps.allSatisfy { $0.to == image })
        await world.registry.stop()
        return Array(problems.values)
    }

    @Test(arguments: [
        ("\"martlet.dev/tag.main\" \"semver:<=0.3.12\"", "deployment.apps/worker -n shop follows semver:<=0.3.12, which does not lead to 0.3.13"),
        ("\"martlet.dev/tag.main\" \"glob:0.2.*\"", "which does not lead to 0.3.13"),
        ("\"martlet.dev/automated\" \"false\"", "deployment.apps/worker -n shop is not automated"),
        ("\"martlet.dev/locked\" \"true\"", "deployment.apps/worker -n shop is locked"),
    ]) func nobodyIsMovedPastTheirOwnWord(_ worker: String, _ says: String) async throws {
        let problems = try await problems(worker: worker)
        #expect(problems.count == 1 && problems.allSatisfy { "\($0)".contains(says) }, "\(problems)")
    }

    /// A filter of another text that takes the same step.
    @Test func anotherFilterThatAgrees() async throws {
        let world = try await World { Self.files($0, worker: "\"martlet.dev/tag.main\" \"semver:>=0.3.13\"") }
        world.registry.setTags(["0.3.12", "0.3.13"], of: "shop/web")
        try await world.rounds(4)
        #expect(world.commits == ["Release 2 images"])
        await world.registry.stop()
    }

    /// Two filters that lead one text to two places.
    @Test func twoFiltersThatDisagree() async throws {
        let world = try await World { Self.files($0, worker: "\"martlet.dev/tag.main\" \"semver:*\"") }
        world.registry.setTags(["0.3.12", "0.3.13", "1.0.0"], of: "shop/web")
        try await world.rounds(4)
        #expect(world.commits.isEmpty)
        #expect(world.automation.currentProblems.values.contains { if case .ambiguous = $0.kind { true } else { false } })
        await world.registry.stop()
    }

    /// The same image elsewhere, in a text of its own, goes on.
    @Test func onlyWhatPullsIsHeldBack() async throws {
        let world = try await World { host in
            var files = Self.files(host, worker: "\"martlet.dev/locked\" \"true\"")
            files["deploy/own.yaml"] =
                "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: own\n  namespace: shop\n  annotations: {martlet.dev/automated: \"true\", martlet.dev/tag.main: \"semver:~0.3\"}\n"
                + "spec: {template: {spec: {containers: [{name: main, image: \"\(host)/shop/web:0.3.12\"}]}}}\n"
            return files
        }
        world.registry.setTags(["0.3.12", "0.3.13"], of: "shop/web")
        try await world.rounds(4)
        #expect(world.commits == ["Release shop/own 0.3.12 → 0.3.13"] || world.commits.count == 1, "\(world.commits)")
        #expect(world.server.file("deploy/own.yaml").contains("0.3.13"))
        #expect(world.server.file("env/prod.yaml").contains("0.3.12"))
        #expect(world.automation.currentProblems.keys.map(\.workload.name) == ["web"])
        await world.registry.stop()
    }
}
