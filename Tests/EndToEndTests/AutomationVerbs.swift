import Basics
import Document
import FoundationEssentials
import Git
import Kubernetes
import Scenarios
import TestKit
import Testing

/// What people ask for by the program, of the daemon or straight of the repository.
struct AutomationVerbs {
    enum Path: String { case daemon, repository }

    let stage: AutomationStage
    let path: Path
    /// `front-end`, of the application it belongs to.
    let workload: String
    let application: String
    /// The image's repository in the registry.
    let image: String

    /// As a commit's author.
    private var author: String { path == .daemon ? "ann <ann@example.org>" : "Ben Brown <ben@example.net>" }
    private var name: String { path == .daemon ? "ann" : "Ben Brown" }

    /// Everything a person may want of one workload, from newest back to newest.
    func run() async throws {
        let versions = try #require(AutomationRepository.images[image])
        let repository = "\(stage.registry.host)/\(image)"
        let before = try await stage.tip()

        let images = try await JSON.parse(Array(ask("images", ["-o", "json"]).text.utf8))
        let container = try #require(images["containers"]?.sequence?.first)
        #expect(container["image"]?.string == "\(repository):\(versions.1)")
        let tags = container["candidates"]?.sequence?.map { "\($0["tag"]?.string ?? "") \($0["current"]?.bool == true)" }
        #expect(tags == ["\(versions.1) true", "\(versions.0) false"], "\(container)")

        let lock = try await commit("lock", ["--reason", "until Friday"], says: "Lock shop/\(workload)")
        #expect(try await stage.said("%b", of: lock).contains("Reason: until Friday"))
        let refused = try await ask("release", ["--image", "\(repository):\(versions.0)"], status: 1)
        #expect(refused.errorText.contains("is locked by \(name): until Friday"))
        #expect(try await stage.tip() == lock)

        // What the lock wrote is gone, to the byte.
        let unlock = try await commit("unlock", [], says: "Unlock shop/\(workload)")
        #expect(try await stage.repository.git(["diff", "\(before)", "\(unlock)"]) == "")

        let deautomate = try await commit("deautomate", [], says: "Stop automating shop/\(workload)")
        let older = try await commit(
            "release", ["--image", "\(repository):\(versions.0)"], says: "Release shop/\(workload) \(versions.1) → \(versions.0)")
        #expect(try await stage.said("%(trailers:key=Requested-by,valueonly)", of: older) == name)
        #expect(try await stage.note(of: older)["kind"] == "release")
        #expect(try await stage.commits(from: unlock, to: older) == [deautomate, older])
        try await applied(older)
        #expect(try await stage.liveImage(workload) == "\(repository):\(versions.0)")
        let missing = try await ask("release", ["--image", "\(repository):9.9.9"], status: 1)
        #expect(missing.errorText.contains("9.9.9"))
        #expect(try await stage.tip() == older)

        // From here on the daemon does the rest.
        _ = try await commit("automate", ["--tag", "\(workload)=semver:>=1"], says: "Automate shop/\(workload)", isTip: false)
        if path == .repository { try await stage.world.operator.notify() }
        let bump = try await stage.world.eventually("the daemon's commit for \(workload)", within: .seconds(30)) { () -> ObjectID? in
            let tip = try await stage.tip()
            return try await stage.said("%s", of: tip) == "Release shop/\(workload) \(versions.0) → \(versions.1)" ? tip : nil
        }
        #expect(try await stage.said("%an <%ae>", of: bump) == AutomationStage.author)
        #expect(try await stage.said("%(trailers:key=Martlet-Policy,valueonly)", of: bump) == "semver:>=1")
        try await stage.world.settled(application, at: bump)
        #expect(try await stage.liveImage(workload) == "\(repository):\(versions.1)")
        let again = try await ask("automate", ["--tag", "\(workload)=semver:>=1"])
        #expect(again.text.hasPrefix("nothing to change"))
        #expect(try await stage.tip() == bump)
    }

    private func applied(_ commit: ObjectID) async throws {
        // Only a webhook tells the daemon of others' commits soon.
        if path == .repository { try await stage.world.operator.notify() }
        try await stage.world.settled(application, at: commit)
    }

    /// A verb that makes a commit.
    ///
    /// - Parameter isTip: nobody commits after it.
    private func commit(_ verb: String, _ arguments: [String], says subject: String, isTip: Bool = true) async throws -> ObjectID {
        let before = try await stage.tip()
        let report = try await JSON.parse(Array(ask(verb, arguments + ["-o", "json"]).text.utf8))
        let made = try #require(ObjectID(report["commit"]?.string ?? ""), "\(verb): \(report)")
        #expect(try await stage.commits(from: before, to: made) == [made])
        if isTip { #expect(try await stage.tip() == made) }
        #expect(try await stage.said("%s", of: made) == subject)
        #expect(try await stage.said("%an <%ae>", of: made) == author)
        #expect(try await stage.said("%(trailers:key=Martlet-Workload,valueonly)", of: made) == "deployment.apps/\(workload) -n shop")
        return made
    }

    @discardableResult
    private func ask(_ verb: String, _ arguments: [String], status: Int = 0) async throws -> Subprocess.Output {
        var words = [verb, "deployment/\(workload)", "-n", "shop"] + arguments
        switch path {
        case .daemon: words += ["--server", "http://127.0.0.1:\(stage.daemon.port)", "--token-file", stage.folder.file("api-token")]
        case .repository:
            words += stage.options + ["--name", "shop", "--mirror-folder", stage.folder.file("ben.git"), "--author", "Ben Brown <ben@example.net>"]
        }
        let output = try await Subprocess.run(program, words)
        #expect(output.status == status, "\(verb) \(arguments): \(output.errorText)\(output.text)")
        return output
    }
}
