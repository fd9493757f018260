internal import Basics
internal import Cluster
internal import Delivery
internal import Document
internal import Git
internal import Glibc
internal import Kubernetes
internal import TestKit

/// What nobody means to commit: the rest is applied, each mistake has its place, nothing is lost,
/// and the loop goes on afterwards.
extension Scenario {
    /// Each of these files held an object before it became what it is.
    func strangeFiles(_ world: World) async throws {
        var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...12 { bomb += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]\n" }
        let before = try await world.endState()
        let second = try await commit(
            world, "Strange files",
            [
                "configurations/0.yaml": .text(Shop.configuration("configuration-0", "second")),
                "configurations/1.yaml": .file([0x7f, 0x45, 0x4c, 0x46, 2, 1, 0, 0, 0xff, 0xfe]),
                "configurations/2.yaml": .text(Shop.configuration("configuration-2", String(repeating: "a", count: 5 << 20))),
                "configurations/3.yaml": .text("a: " + String(repeating: "[", count: 100_000)),
                "configurations/4.yaml": .text(bomb),
                "configurations/5.yaml": .symlink("../../../etc/passwd"),
                "configurations/6.yaml": .text(Shop.configuration("configuration-6", "x") + "\ndata:\n  value: y\n"),
                "configurations/7.yaml": nil,
            ])
        let status = try await world.settled("shop", at: second, what: "failed") { $0.sync == .failed }
        for number in 1...6 {
            try expect(status.problems.contains { $0.place.hasPrefix("configurations/\(number).yaml") }, "\(number): \(status.problems)")
        }
        try await world.eventually("the good file to be applied") {
            try await world.object("v1", "ConfigMap", "shop", "configuration-0")?.value[path: "data", "value"]?.string == "second" ? true : nil
        }
        // What is no longer in git stays too, until all of git can be read.
        try expect(try await world.endState() == before, "objects changed")
        var mended: [String: TestRepository.Change] = [:]
        for number in 1...6 { mended["configurations/\(number).yaml"] = .text(Shop.configuration("configuration-\(number)", "mended")) }
        let third = try await commit(world, "Mended", mended)
        try await world.settled("shop", at: third)
        try await world.eventually("what left git to go") { try await world.endState().count == before.count - 1 ? true : nil }
    }

    /// Nobody knows which files belong to whom: nothing of the commit is used.
    func badApplicationFile(_ world: World) async throws {
        let before = try await world.endState()
        _ = try await commit(
            world, "A misspelt field",
            [
                "martlet.yaml": "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata:\n  name: orders\nspec:\n  path: charts/orders\n  prun: false\n",
                "carts.yaml": nil,
            ])
        try await world.eventually("the mistake to be told") {
            world.operator.trouble.contains("martlet.yaml:7") && world.operator.trouble.contains("prune") ? true : nil
        }
        try await world.time.sleep(for: .milliseconds(300))
        try expect(try await world.endState() == before, "something of the commit was used")
        let mended = try await commit(world, "Mended", ["martlet.yaml": Shop.files["martlet.yaml"] ?? nil])
        try await world.settled("shop", at: mended)
        try await world.settled("orders", at: mended)
        try await world.eventually("carts to go") { try await world.endState().count == before.count - 2 ? true : nil }
    }

    /// `martlet.dev/ignore` hands an object back; it does not delete it.
    func ignoredInGit(_ world: World) async throws {
        let text = Shop.configuration("configuration-3", "second").replacing(
            "  namespace: shop", with: "  namespace: shop\n  annotations:\n    martlet.dev/ignore: \"true\"")
        let second = try await commit(world, "Leave it alone", ["configurations/3.yaml": .text(text)])
        try await world.settled("shop", at: second)
        let live = try await world.object("v1", "ConfigMap", "shop", "configuration-3")
        try expect(live?.isBeingDeleted == false, "it was deleted")
        try expect(live?.value[path: "data", "value"]?.string == "first", "it was changed")
    }

    /// Without the git server the cluster is still kept as it was last told to be.
    func gitServerAway(_ world: World) async throws {
        let path = world.repository.path
        guard rename(path, path + ".away") == 0 else { throw ScenarioFailure("the repository cannot be moved") }
        try await world.operator.notify()
        let services = try await world.resource("v1", "Service")
        _ = try await world.client.delete(services, namespace: "shop", name: "front-end")
        try await world.eventually("the service to be made again") { try await world.object("v1", "Service", "shop", "front-end") }
        guard rename(path + ".away", path) == 0 else { throw ScenarioFailure("the repository cannot be moved back") }
        let second = try await commit(world, "It is back", ["configurations/0.yaml": .text(Shop.configuration("configuration-0", "second"))])
        try await world.settled("shop", at: second)
    }
}
