import Automation
import Basics
import Cluster
import Delivery
import DevCluster
import Document
import Git
import Kubernetes
import Scenarios
import TestKit
import Testing

/// From an image in a registry to a healthy workload, by way of a commit.
@Suite(.serialized, .enabled(if: isWanted, "make e2e")) struct AutomationTests {
    @Test(.timeLimit(.minutes(3))) func realControlPlane() async throws {
        try await withControlPlane { plane, client in
            try await withStage(.ssh, client: client, kubeconfig: plane.kubeconfigFile) { stage in
                try await follow(stage)
                try await AutomationVerbs(stage: stage, path: .daemon, workload: "front-end", application: "shop", image: "shop/front-end").run()
            }
        }
    }

    @Test(.timeLimit(.minutes(3))) func embeddedCluster() async throws {
        try await withEmbeddedCluster { cluster, kubeconfig in
            try await withStage(.https, client: cluster.client(userAgent: "test"), kubeconfig: kubeconfig) { stage in
                try await follow(stage)
                try await AutomationVerbs(stage: stage, path: .repository, workload: "queue", application: "queue", image: "shop/queue").run()
            }
        }
    }

    private func withStage(
        _ way: AutomationStage.Way, client: ClusterClient, kubeconfig: String, _ body: (AutomationStage) async throws -> Void
    ) async throws {
        let stage = try await AutomationStage(way, client: client, kubeconfig: kubeconfig)
        do {
            try await body(stage)
        } catch {
            await stage.stop()
            throw error
        }
        await stage.stop()
    }

    private func follow(_ stage: AutomationStage) async throws {
        for application in ["shop", "podinfo", "queue"] { try await stage.world.settled(application, at: stage.first) }
        #expect(try await stage.tip() == stage.first)
        let bump = try await oneImage(stage)
        try await theOthers(stage, after: bump)
    }

    /// One image, and a person who pushes between the daemon's fetch and its push.
    private func oneImage(_ stage: AutomationStage) async throws -> ObjectID {
        let before = try await stage.text("front-end.yaml", at: stage.first)
        let theirs = try await stage.letSomebodyElseWin(
            "Mind the front end", ["front-end.yaml": .text(before + "# reviewed\n"), "README.md": "A shop.\n"])
        let start = ContinuousClock.now
        try await stage.push("shop/front-end")
        let bump = try await stage.world.eventually("the commit", within: .seconds(30)) { () -> ObjectID? in
            let tip = try await stage.tip()
            return try await stage.text("front-end.yaml", at: tip).contains("front-end:1.1.0") ? tip : nil
        }
        print("\(stage.way): from the image to the commit in \(ContinuousClock.now - start), one push lost")
        #expect(stage.lostPushes == 1)
        #expect(try await stage.commits(from: stage.first, to: bump) == [theirs, bump])

        // The person's lines are there, two are ours, and no other byte is different.
        #expect(try await stage.text("README.md", at: bump) == "A shop.\n")
        let (gone, come) = try await stage.lines(of: "front-end.yaml", from: theirs, to: bump)
        #expect(gone == ["        image: \"\(stage.registry.host)/shop/front-end:1.0.0\"   # the one place"])
        try #require(come.count == 2)
        #expect(come[0].hasPrefix("    martlet.dev/image-update: "))
        #expect(come[1] == "        image: \"\(stage.registry.host)/shop/front-end:1.1.0\"   # the one place")
        #expect(try await stage.repository.git(["diff", "--name-only", "\(theirs)", "\(bump)"]) == "front-end.yaml\n")

        // Git and the commit agree on what it says.
        #expect(try await stage.said("%an <%ae>", of: bump) == AutomationStage.author)
        #expect(try await stage.said("%cn <%ce>", of: bump) == AutomationStage.author)
        #expect(try await stage.said("%s", of: bump) == "Release shop/front-end 1.0.0 → 1.1.0")
        #expect(try await stage.said("%(trailers:key=Martlet-Workload,valueonly)", of: bump) == "deployment.apps/front-end -n shop")
        #expect(try await stage.said("%(trailers:key=Martlet-Policy,valueonly)", of: bump) == "newest")
        let note = try await stage.note(of: bump)
        #expect(note["kind"] == "automated")
        #expect(note[path: "bumps"]?.sequence?.first?["to"]?.string == "\(stage.registry.host)/shop/front-end:1.1.0")
        try await checkSignature(stage, bump)

        try await stage.world.settled("shop", at: bump)
        let live = try await stage.world.object("apps/v1", "Deployment", "shop", "front-end")
        #expect(try await stage.liveImage("front-end") == "\(stage.registry.host)/shop/front-end:1.1.0")
        let told = try #require(live?.annotations[MartletAnnotations.imageUpdate]?.string)
        #expect(told.hasPrefix("front-end 1.0.0 -> 1.1.0, newest, 20"))
        #expect(live?.value[path: "spec", "template", "metadata", "annotations"] == nil)
        return bump
    }

    /// As Flux had it, a chart's tag, and a values file in another folder.
    private func theOthers(_ stage: AutomationStage, after bump: ObjectID) async throws {
        let start = ContinuousClock.now
        for path in ["shop/carts", "stefanprodan/podinfo", "shop/queue"] { try await stage.push(path) }
        let wanted = ["carts.yaml": "carts:2.0.1", "charts/podinfo/values.yaml": "tag: 6.15.0", "environments/prod/values.yaml": "tag: '1.10'"]
        let last = try await stage.world.eventually("the other commits", within: .seconds(45)) { () -> ObjectID? in
            let tip = try await stage.tip()
            for (path, text) in wanted {
                guard try await stage.text(path, at: tip).contains(text) else { return nil }
            }
            return tip
        }
        let commits = try await stage.commits(from: bump, to: last)
        print("\(stage.way): from three images to the last of \(commits.count) commits in \(ContinuousClock.now - start)")
        #expect((1...3).contains(commits.count))
        var workloads: [String] = []
        for commit in commits {
            #expect(try await stage.said("%an <%ae>", of: commit) == AutomationStage.author)
            workloads += try await stage.said("%(trailers:key=Martlet-Workload,valueonly)", of: commit).split(separator: "\n").map(String.init)
            #expect(try await stage.note(of: commit)["kind"] == "automated")
            try await checkSignature(stage, commit)
        }
        #expect(workloads.sorted() == ["carts", "podinfo", "queue"].map { "deployment.apps/\($0) -n shop" })
        #expect(
            try await stage.repository.git(["diff", "--name-only", "\(bump)", "\(last)"])
                == "carts.yaml\ncharts/podinfo/values.yaml\nenvironments/prod/values.yaml\nmartlet.yaml\n")

        let carts = try await stage.lines(of: "carts.yaml", from: bump, to: last)
        #expect(carts.gone == ["      - {name: carts, image: '\(stage.registry.host)/shop/carts:2.0.0'}\r"])
        #expect(carts.come.last == "      - {name: carts, image: '\(stage.registry.host)/shop/carts:2.0.1'}\r")
        #expect(carts.come.count == 2 && carts.come.first?.hasSuffix("\r") == true)
        let podinfo = try await stage.lines(of: "charts/podinfo/values.yaml", from: bump, to: last)
        #expect(podinfo.gone == ["  tag: 6.14.1"] && podinfo.come == ["  tag: 6.15.0"])
        let production = try await stage.lines(of: "environments/prod/values.yaml", from: bump, to: last)
        #expect(production.gone == ["  tag: '1.9'  # no number"] && production.come == ["  tag: '1.10'  # no number"])
        let documents = try YAML.documents(Array(try await stage.text("martlet.yaml", at: last).utf8), file: "martlet.yaml", options: .cluster)
        let told = documents.map { $0.value[path: "metadata", "annotations", MartletAnnotations.imageUpdate]?.string ?? "" }
        #expect(told.first?.hasPrefix("podinfo 6.14.1 -> 6.15.0, semver:~6, 20") == true)
        #expect(told.last?.hasPrefix("queue 1.9 -> 1.10, semver:~1, 20") == true)

        for application in ["shop", "podinfo", "queue"] { try await stage.world.settled(application, at: last) }
        #expect(try await stage.liveImage("carts") == "\(stage.registry.host)/shop/carts:2.0.1")
        #expect(try await stage.liveImage("podinfo") == "\(stage.registry.host)/stefanprodan/podinfo:6.15.0")
        #expect(try await stage.liveImage("queue") == "\(stage.registry.host)/shop/queue:1.10")
        print("\(stage.way): healthy \(ContinuousClock.now - start) after the images")
        #expect(try await stage.tip() == last)
    }

    private func checkSignature(_ stage: AutomationStage, _ commit: ObjectID) async throws {
        guard stage.way == .ssh else { return }
        let signers = stage.folder.file("signers")
        try await stage.repository.git(["-c", "gpg.ssh.allowedSignersFile=\(signers)", "verify-commit", commit.description])
        #expect(try await stage.repository.git(["-c", "gpg.ssh.allowedSignersFile=\(signers)", "log", "-1", "--format=%G? %GS", "\(commit)"]) == "G robot@example.org\n")
    }
}
