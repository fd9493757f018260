import ArgumentParser
import Basics
import Chart
import Delivery
import Document
import FoundationEssentials
import Kubernetes
import Rollout
import Server
import TestKit
import Testing

@testable import Commands

/// What is printed of what others wrote, and how a failure ends.
@Suite struct TerminalTests {
    private static let hostile = "a\u{1b}]0;owned\u{7}b\u{9b}31mc\u{202e}d"

    @Test func statusHoldsNoCommands() {
        var status = ApplicationStatus(application: "shop")
        (status.revision, status.sync, status.health, status.message) = ("main@1234567", .failed, .degraded, "first \(Self.hostile)\nsecond")
        status.problems = [.init(place: "a.yaml:1", object: "b", message: "\(Self.hostile)\nbelow")]
        status.heldDeletions = [Self.hostile]
        let source: Value = ["url": "https://h", "error": .string(Self.hostile)]
        let text = StatusText.text([status], sources: [source, ["url": "https://well"]], namespace: "n", now: Timestamp(milliseconds: 0))
        let commands = text.unicodeScalars.filter { $0 != "\n" && ($0.properties.generalCategory == .control || $0.properties.generalCategory == .format) }
        #expect(commands.isEmpty, "\(text.debugDescription)")
        #expect(text.contains("source https://h: a") && text.contains("\n\nAPPLICATION") && text.contains(" second\n"), "\(text)")
        #expect(text.contains("\nbelow\n") && text.contains("waits to be deleted: a") && !text.contains("well"))
        #expect(StatusText.text([], sources: [], namespace: "n", now: Timestamp(milliseconds: 0)).hasPrefix("no applications in namespace \"n\""))
    }

    @Test func progressHoldsNoCommands() {
        let line = ProgressPrinter(terminal: .standardError).line("commit", .cyan, "\(Self.hostile)\nmore")
        let text = line.split(separator: "  ").last.map(String.init) ?? ""
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control } && text.hasSuffix("\nmore"), "\(line.debugDescription)")
    }

    private static let failures: [(any Error, Int32)] = [
        (CommandFailure("away"), 2), (CommandFailure("cannot be rendered", exitCode: 1), 1), (WorkloadFailure("refused", exitCode: 1), 1),
        (ExitCode(7), 7), (CancellationError(), 2),
    ]

    @Test func codesOfFailures() async throws {
        for (error, code) in Self.failures {
            let thrown = try await #require(throws: ExitCode.self) { try await reporting { throw error } }
            #expect(thrown.rawValue == code, "\(error)")
        }
        // Help and mistakes of the command line are told as everywhere.
        await #expect(throws: ValidationError.self) { try await reporting { throw ValidationError("x") } }
        await #expect(throws: CleanExit.self) { try await reporting { throw CleanExit.message("x") } }
    }

    /// A script can tell "not well" from "could not be asked".
    @Test(arguments: [["status", "--kubeconfig", "/nonexistent"], ["sync", "--kubeconfig", "/nonexistent"], ["render", "/nonexistent/chart"], ["run", "--git-url", "https://h/a", "--kubeconfig", "/nonexistent"]])
    func whatCouldNotBeAsked(_ arguments: [String]) async throws {
        var command = try #require(try MartletCommand.parseAsRoot(arguments) as? any AsyncParsableCommand)
        let thrown = try await #require(throws: ExitCode.self) { try await command.run() }
        #expect(thrown.rawValue == 2)
    }

    /// Gauges of what is no longer there would be seen as of something that is unwell for ever.
    @Test func gaugesGoWithTheirApplication() {
        let registry = MetricRegistry()
        let metrics = ProgressMetrics(factory: registry)
        for name in ["shop", "gone"] {
            metrics.note(.status(ApplicationStatus(application: name), previous: ApplicationStatus(application: name)))
            let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "n", name: "web")
            metrics.note(.rollouts(application: name, [], ended: [key]))
        }
        #expect(registry.exposition().contains("martlet_application_healthy{application=\"gone\"}") && registry.exposition().contains("martlet_rollout_weight{application=\"gone\""))
        var sight = ApplicationSight(
            application: "gone", revision: SourceRevision(reference: "main", commit: "1"), previousCommit: "", status: ApplicationStatus(application: "gone"))
        metrics.note(.observed(sight))
        #expect(registry.exposition().contains("gone"))
        sight.isRemoved = true
        metrics.note(.observed(sight))
        #expect(!registry.exposition().contains("gone"), "\(registry.exposition())")
        #expect(registry.exposition().contains("martlet_application_synced{application=\"shop\"}"))
        #expect(registry.exposition().contains("martlet_rollout_phase{application=\"shop\""))
    }

    /// Prometheus can ask for a phase by its name, also after a restart; a workload that git no longer has is in none.
    @Test func phasesOfRollouts() throws {
        let registry = MetricRegistry()
        let metrics = ProgressMetrics(factory: registry)
        let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "n", name: "web")
        let rollout = try #require(RolloutStatus(["phase": "paused", "weight": 20], of: key))
        var sight = ApplicationSight(
            application: "shop", revision: SourceRevision(reference: "main", commit: "1"), previousCommit: "", status: ApplicationStatus(application: "shop"))
        sight.workloads = [WorkloadSight(key: key, images: [:], health: .healthy, rollout: rollout)]
        metrics.note(.observed(sight))
        let labels = #"application="shop",workload="web",namespace="n",kind="Deployment""#
        func phase(_ name: String) -> String { "martlet_rollout_phase{\(labels),phase=\"\(name)\"}" }
        #expect(registry.exposition().contains("\(phase("paused")) 1\n"))
        #expect(registry.exposition().contains("\(phase("promoting")) 0\n"))
        #expect(registry.exposition().contains("martlet_rollout_weight{\(labels),arm=\"next\"} 20\n"))
        metrics.note(.rollouts(application: "shop", [], ended: [key]))
        #expect(registry.exposition().contains("\(phase("paused")) 0\n"))
        sight.workloads = []
        sight.isPartial = true
        metrics.note(.observed(sight))
        #expect(registry.exposition().contains(phase("paused")))
        sight.isPartial = false
        metrics.note(.observed(sight))
        #expect(!registry.exposition().contains("martlet_rollout"), "\(registry.exposition())")
    }

    /// Every series that the program makes says what it is.
    @Test func everySeriesHasHelp() throws {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        var names = Set<String>()
        for path in try FileManager.default.subpathsOfDirectory(atPath: "\(root)/Sources") where path.hasSuffix(".swift") {
            let text = String(decoding: try TemporaryFolder.read("\(root)/Sources/\(path)"), as: UTF8.self)
            for range in text.ranges(of: "label: \"martlet_") + text.ranges(of: "gauge(\"martlet_") {
                names.insert("martlet_" + text[range.upperBound...].prefix { $0 == "_" || $0.isLetter })
            }
        }
        #expect(names.count > 15)
        #expect(names == Set(MetricHelp.texts.keys))
    }

    /// A fault elsewhere in the tree is none of the application that is asked about, and the order is always the same.
    @Test func faultsOfOneApplication() async throws {
        let folder = try TemporaryFolder("martlet-faults")
        let names = ["c", "a", "e", "b", "d"]
        for name in names {
            let text = "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: \(name)}\nspec: {path: ../nowhere}\n"
            try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
            try folder.write("\(name)/martlet.yaml", Array(text.utf8))
        }
        let layout = try await scan(FolderTree(root: folder.path), root: "", name: "shop")
        #expect(Set(layout.problems.keys) == Set(names))
        #expect(layout.faults(of: "b").count == 1 && layout.faults(of: "b").first?.hasPrefix("b/martlet.yaml") == true, "\(layout.problems)")
        #expect(layout.faults(of: "f").isEmpty)
        #expect(layout.faults(of: nil).map { $0.prefix(1) } == ["a", "b", "c", "d", "e"])
    }
}
