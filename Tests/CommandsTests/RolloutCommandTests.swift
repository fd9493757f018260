import ArgumentParser
import Automation
import Basics
import Delivery
import Document
import Kubernetes
import Rollout
import TestKit
import Testing

@testable import Commands

private let verbs: [(path: [String], own: [String], type: any ParsableCommand.Type)] = [
    (["promote"], ["--no-wait", "--timeout <duration>", "-o, --output <output>"], PromoteCommand.self),
    (["pause"], ["--no-wait", "--timeout <duration>", "-o, --output <output>"], PauseCommand.self),
    (["abort"], ["--no-wait", "--timeout <duration>", "-o, --output <output>"], AbortCommand.self),
    (["retry"], ["--no-wait", "--timeout <duration>", "-o, --output <output>"], RetryCommand.self),
    (["rollout", "status"], ["--watch/--no-watch", "--timeout <duration>", "-o, --output <output>"], RolloutStatusCommand.self),
    (["rollout", "restore"], ["--all", "--without-daemon", "--force", "--daemon-timeout <duration>", "--timeout <duration>"], RolloutRestoreCommand.self),
]

/// What the verbs about rollouts understand, ask for and print.
@Suite(.timeLimit(.minutes(10))) struct RolloutCommandTests {
    // MARK: the command line

    @Test func helpOfEachVerb() {
        for (path, own, type) in verbs {
            let text = MartletCommand.helpMessage(for: type, columns: 100)
            for option in ["-n, --namespace <namespace>", "--kubeconfig <file>", "--context <name>", "<workload>"] + own {
                #expect(text.contains(option), "\(path): \(option)")
            }
            #expect(text.contains("martlet \(path.joined(separator: " ")) deployment/front-end -n sock-shop"), "\(path)")
        }
    }

    @Test func headOfTheHelp() {
        let text = MartletCommand.helpMessage(for: AbortCommand.self, columns: 120)
        let head = text.split(separator: "\n", omittingEmptySubsequences: false).prefix { !$0.hasPrefix("USAGE") }.joined(separator: "\n")
        #expect(
            head == """
                OVERVIEW: Take a rollout back to the stable version.

                Requests go to the stable version first, then the new pods go. The version is rejected: it is not tried again before
                git says something else or "martlet retry" asks for it.

                Examples:
                  martlet abort deployment/front-end -n sock-shop
                  martlet abort deploy front-end -n sock-shop --timeout 5m

                """)
    }

    private static let mistakeTable: [(Int, [String], String)] = [
        (0, [], "which workload?"), (1, ["cronjob/x"], "only Deployments, StatefulSets and DaemonSets have"), (2, ["deployment/UP!"], "no object's name"),
        (2, ["shop:deployment/x", "-n", "back"], "the option has another"), (3, ["x", "--timeout", "soon"], "--timeout is \"soon\""),
        (3, ["x", "--timeout", "0"], "--timeout is \"0\""), (4, [], "which workload?"), (4, ["x", "-o", "xml"], "xml"),
        (4, ["x", "--timeout", "-1s"], "--timeout"), (5, ["x", "--all"], "--all and a workload: choose one"), (5, [], "which workload?"),
        (5, ["x", "--daemon-timeout", "y"], "--daemon-timeout is \"y\""), (0, ["a", "b", "c"], "names no workload"),
    ]

    @Test(arguments: mistakeTable) func mistakes(_ verb: Int, _ arguments: [String], _ says: String) throws {
        let type = verbs[verb].type
        let error = try #require(throws: (any Error).self) { _ = try type.parse(arguments) }
        #expect(type.fullMessage(for: error).contains(says), "\(type.fullMessage(for: error))")
    }

    @Test(arguments: [
        (["x"], "deployment/x -n standard"), (["deploy", "x", "-n", "shop"], "deployment/x -n shop"), (["shop:deployments.apps/x"], "deployment.apps/x -n shop"),
    ]) func names(_ arguments: [String], _ name: String) throws {
        #expect(try PauseCommand.parse(arguments).workload.name(in: "standard").description == name)
    }

    // MARK: what is printed

    private static let now = Timestamp(milliseconds: 1_000_000_000)

    private static func report(_ phase: RolloutState.Phase, _ change: (inout RolloutState) -> Void = { _ in }) -> RolloutReport {
        let key = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "front-end")
        var state = RolloutState(
            id: "01K", phase: phase, step: 1, since: Timestamp(milliseconds: now.milliseconds - 180_000), template: "t", stableHash: "aaa",
            candidateHash: "bbb", revision: "main@4f4f4f4", size: 5)
        change(&state)
        return RolloutReport(
            workload: key, state: state,
            spec: RolloutSpec(workload: key, strategy: .canary, steps: [.init(.weight(5), .seconds(120)), .init(.weight(25), .seconds(300))]),
            versions: [.stable: .init(hash: "aaa", set: "front-end-aaa", pods: 5, ready: 5), .next: .init(hash: "bbb", set: "front-end-bbb", pods: 2, ready: 1)],
            pods: 5, ready: 5)
    }

    @Test func aRollout() {
        let report = Self.report(.analysing) { state in
            state.message = "step 2 of 2: errors: nothing against it"
            state.evidence["errors"] = Evidence()
            state.evidence["errors"]?.requests = [.stable: 3000, .next: 1000]
            state.evidence["errors"]?.bad = [.stable: 3, .next: 1.5]
            state.evidence["errors"]?.against = [0]
            state.evidence["latency"] = Evidence()
            state.evidence["queue-lag"] = Evidence()
            state.evidence["queue-lag"]?.lastValue = 12.345
        }
        #expect(
            RolloutText.text(report, now: Self.now) == """
                deployment.apps/front-end -n shop: canary, analysing, revision main@4f4f4f4, since 3m
                step 2 of 2: 25% see the new version, for 5m at least
                VERSION   SET             PODS   READY   ASKED
                stable    front-end-aaa   5      5       75%
                next      front-end-bbb   2      1       25%
                METRIC      STABLE                 NEXT                      SO FAR
                errors      3 of 3000 bad (0.1%)   1.5 of 1000 bad (0.15%)   undecided
                latency     no requests yet        no requests yet           -
                queue-lag   no requests yet        12.35                     -
                step 2 of 2: errors: nothing against it
                whoever may patch the workload can: martlet promote, martlet pause, martlet abort deployment.apps/front-end -n shop
                """)
    }

    /// The commit that brings the new version brings the strategy too: it is not on the live object yet.
    @Test func aFirstRollout() {
        var report = Self.report(.analysing) { $0.exposure = .weight(25) }
        report.spec = nil
        let text = RolloutText.text(report, now: Self.now)
        #expect(text.contains("\nstep 2: 25% see the new version\n") && text.contains("front-end-bbb   2      1       25%"), "\(text)")
    }

    private static let lines: [(RolloutState.Phase, @Sendable (inout RolloutState) -> Void, String)] = [
        (.gated, { _ in }, "canary, gated, revision"), (.promoting, { $0.finishing = .trafficToNext }, "promoting (traffic to next)"),
        (.aborting, { ($0.aborting, $0.cause) = (.deleteCandidate, .superseded) }, "aborting (delete candidate), superseded by a newer commit"),
        (.rejected, { $0.cause = .aborted }, "rejected, aborted by request"),
        (.analysing, { $0.pausedAt = Timestamp(milliseconds: 999_000_000) }, "paused in analysing, revision main@4f4f4f4, since 16m40s"),
    ]

    @Test(arguments: lines) func phases(_ phase: RolloutState.Phase, _ change: @Sendable (inout RolloutState) -> Void, _ says: String) {
        let line = RolloutText.line(Self.report(phase, change), now: Self.now)
        #expect(line.contains(says), "\(line)")
    }

    @Test func noRollout() {
        let key = Self.report(.gated).workload
        #expect(RolloutText.text(RolloutReport(workload: key, pods: 3, ready: 2), now: Self.now) == "\(key): no rollout runs, 2 of 3 pods ready")
    }

    /// What stands on the object is not what the terminal does.
    @Test func commandsForTheTerminal() {
        let evil = "wait\u{1b}[2J\u{7}\u{202e}"
        let report = Self.report(.analysing) { state in
            (state.message, state.revision) = (evil, evil)
            state.evidence[evil] = Evidence()
        }
        for text in [RolloutText.text(report, now: Self.now), RolloutFollowing.news(report, after: nil, now: Self.now) ?? ""] {
            #expect(text.contains("wait") && !text.unicodeScalars.contains { $0 != "\n" && ($0.value < 0x20 || $0 == "\u{202e}") }, "\(text.debugDescription)")
        }
    }

    @Test func newsOfWhoFollows() {
        let report = Self.report(.verifying)
        #expect(
            RolloutFollowing.news(report, after: nil, now: Self.now)
                == "verifying; step 2 of 2: 25% see the new version, for 5m at least; pods stable 5/5, next 1/2")
        #expect(RolloutFollowing.news(report, after: report, now: Self.now) == nil)
        var evidence = report
        evidence.state?.evidence["errors"] = Evidence()
        evidence.ready = 4
        #expect(RolloutFollowing.news(evidence, after: report, now: Self.now) == nil)
        #expect(RolloutFollowing.news(Self.report(.analysing), after: report, now: Self.now)?.hasPrefix("analysing") == true)
    }

    @Test(arguments: [
        (RolloutState.Phase.analysing, nil, false), (.rejected, .failed, true), (.aborting, .failed, true), (.aborting, .superseded, false), (.promoting, nil, false),
    ] as [(RolloutState.Phase, RolloutState.Cause?, Bool)]) func exitCodes(_ phase: RolloutState.Phase, _ cause: RolloutState.Cause?, _ isBad: Bool) {
        #expect(RolloutStatusCommand.isBad(Self.report(phase) { $0.cause = cause }) == isBad)
    }

    // MARK: asking

    /// A daemon that carries out whatever it is asked, once.
    private func daemon(_ stage: RolloutStage, _ carryOut: @escaping @Sendable (RolloutRequest) async throws -> Void) async throws {
        try await stage.candidate.eventually("a request") {
            guard let request = try await stage.candidate.deployment().annotation(RolloutRequest.annotation).flatMap(RolloutRequest.init) else { return false }
            try await carryOut(request)
            return true
        }
    }

    private func options(_ arguments: [String] = ["web", "-n", "shop"]) throws -> RolloutOptions { try PauseCommand.parse(arguments).workload }

    @Test func aDaemonThatAnswers() async throws {
        try await RolloutStage.run { stage in
            _ = try await stage.begin(replicas: 1, next: 1)
            async let answering: Void = self.daemon(stage) { request in
                #expect(request.verb == .pause)
                var state = try #require(try await stage.state())
                (state.handledRequest, state.pausedAt) = (request.id, SystemTime().now)
                try await stage.write(state)
            }
            let answer = try await stage.visit.ask(.pause, of: try await stage.visit.report(self.options()), limit: .seconds(20))
            try await answering
            guard case .handled(let report) = answer else { throw CandidateFailure("not handled") }
            #expect(report.state?.pausedAt != nil && report.request?.id == report.state?.handledRequest)
            // The Deployment is paused, and what its annotations ask for is to be read all the same.
            #expect(report.step?.exposure == .weight(5) && report.value[path: "step", "of"] == 3)
            #expect(report.versions[.next]?.ready == 1 && report.value["openRequest"] == nil)
            // What makes no sense is not even asked for.
            for (verb, says) in [(RolloutRequest.Verb.pause, "paused already"), (.retry, "is not rejected")] {
                let refused = await #expect(throws: WorkloadFailure.self) { _ = try await stage.visit.ask(verb, of: report, limit: nil) }
                #expect(refused?.exitCode == 1 && refused?.description.contains(says) == true)
            }
        }
    }

    /// The rollout ends with what was asked: its state is gone, and that is an answer too.
    @Test func aRolloutThatEnds() async throws {
        try await RolloutStage.run { stage in
            _ = try await stage.begin(replicas: 1, next: 1, phase: .gated)
            async let answering: Void = self.daemon(stage) { _ in
                try await stage.candidate.patch(["metadata": ["annotations": .mapping([MartletAnnotations.rollout: nil])]])
            }
            let answer = try await stage.visit.ask(.promote, of: try await stage.visit.report(self.options()), limit: .seconds(20))
            try await answering
            guard case .handled(let report) = answer else { throw CandidateFailure("not handled") }
            #expect(report.state == nil)
        }
    }

    @Test func noDaemon() async throws {
        try await RolloutStage.run { stage in
            _ = try await stage.begin(replicas: 1, next: 1)
            let report = try await stage.visit.report(self.options())
            guard case .late(let late) = try await stage.visit.ask(.abort, of: report, limit: .milliseconds(50)) else { throw CandidateFailure("an answer") }
            #expect(late.value[path: "openRequest", "verb"] == "abort")
            guard case .late = try await stage.visit.ask(.pause, of: report, limit: nil) else { throw CandidateFailure("an answer") }
            // Another's request in between.
            try await stage.candidate.patch(["metadata": ["annotations": .mapping([RolloutRequest.annotation: nil])]])
            async let answering: Void = self.daemon(stage) { request in
                guard request.verb == .promote else { throw CandidateFailure("not yet") }
                _ = try await stage.visit.desk.ask(.abort, ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web"))
            }
            let error = await #expect(throws: WorkloadFailure.self) { _ = try await stage.visit.ask(.promote, of: report, limit: .seconds(20)) }
            try await answering
            #expect(error?.exitCode == 1 && error?.description.contains("somebody else asked to abort it") == true, "\(error?.description ?? "")")
        }
    }

    @Test func workloadsThatAreNotThere() async throws {
        try await RolloutStage.run { stage in
            try await stage.candidate.deploy("web:1", replicas: 1)
            for (arguments, says) in [(["wbe"], "did you mean \"deployment.apps/web -n shop\"?"), (["web", "-n", "back"], "did you mean \"deployment.apps/web -n shop\"?")] {
                let error = await #expect(throws: WorkloadFailure.self) { _ = try await stage.visit.report(self.options(arguments)) }
                #expect(error?.exitCode == 2 && error?.description.contains(says) == true, "\(error?.description ?? "")")
            }
            let report = try await stage.visit.report(self.options(["web"]))
            #expect(report.state == nil && report.ready == 1)
            let refused = await #expect(throws: WorkloadFailure.self) { _ = try await stage.visit.ask(.promote, of: report, limit: nil) }
            #expect(refused?.description == "deployment.apps/web -n shop: no rollout of it runs")
        }
    }

    /// Without a namespace it is the kubeconfig's, then whichever has it, as for images; what changes something goes nowhere else.
    @Test func anyNamespace() async throws {
        try await RolloutStage.run { stage in
            try await stage.candidate.deploy("web:1", replicas: 1)
            var visit = stage.visit
            visit.namespace = "elsewhere"
            func found(_ arguments: String...) async throws -> ObjectKey {
                try await visit.report(try PauseCommand.parse(arguments).workload, onlyLooks: true).workload
            }
            #expect(try await found("web").namespace == "shop")
            let pause = try PauseCommand.parse(["web"]).workload
            let refused = try await #require(throws: WorkloadFailure.self) { _ = try await visit.report(pause) }
            #expect(refused.exitCode == 2 && refused.description.contains("deployment.apps/web -n shop"), "\(refused)")
            #expect(try await found("web", "-n", "shop").namespace == "shop")
            let missing = try await #require(throws: WorkloadFailure.self) { _ = try await found("wep") }
            #expect(missing.description.contains("did you mean \"deployment.apps/web -n shop\"?"), "\(missing)")
            try await stage.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: elsewhere}\n")
            let deployment = try await stage.candidate.deployment()
            try await stage.apply(
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: \(deployment.name), namespace: elsewhere}
                spec:
                  selector: {matchLabels: {a: b}}
                  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: web, image: "web:1"}]}}
                """)
            #expect(try await found("web").namespace == "elsewhere")
            #expect(try await visit.report(pause).workload.namespace == "elsewhere")
            visit.namespace = "third"
            let several = try await #require(throws: WorkloadFailure.self) { _ = try await found("web") }
            #expect(several.exitCode == 2 && several.description.contains("-n elsewhere, deployment.apps/web -n shop"), "\(several)")
            #expect(try await found("web", "-n", "elsewhere").namespace == "elsewhere")
        }
    }
}
