import Basics
import Document
import Kubernetes
import Testing
@testable import Rollout

/// Where one look leads, phase by phase.
@Suite("Machine")
struct MachineTests {
    struct Row: Sendable, CustomStringConvertible {
        var description: String
        var look: @Sendable () -> MachineCase
        var place: String
        var does: [String]

        init(_ description: String, _ place: String, _ does: [String] = [], _ look: @escaping @Sendable () -> MachineCase) {
            (self.description, self.look, self.place, self.does) = (description, look, place, does)
        }
    }

    static let rows: [Row] = [
        Row("an intent leads to a paused Deployment", "starting", ["pause"]) { MachineCase(.planned).with { $0.seen.candidate = nil } },
        Row("an earlier change is waited for", "planned") {
            MachineCase(.planned).with { $0.seen.others = [.init(name: "x", hash: "x", replicas: 1, current: 1, ready: 1)] }
        },
        Row("no ready pod: nothing to protect", "over") { MachineCase(.planned).with { $0.seen.stable?.ready = 0 } },
        Row("the stable set is gone before anything was changed", "over") { MachineCase(.planned).with { $0.seen.stable = nil } },
        Row("the candidate waits until the Service is pinned", "starting") {
            MachineCase(.starting).with { $0.seen.traffic = .pending("Service") }
        },
        Row("the candidate is made", "starting", ["create 2"]) { MachineCase(.starting, after: .seconds(10)).with { $0.state.confirmedAt = MachineCase.start } },
        Row("the mark goes before the candidate comes", "starting", ["unmark shop-old", "create 2"]) {
            MachineCase(.starting, after: .seconds(10)).with {
                $0.state.confirmedAt = MachineCase.start
                $0.seen.stable?.isMarkedSaturated = true
            }
        },
        Row("somebody unpaused it", "stepping", ["pause"]) { MachineCase(.stepping).with { $0.seen.isPaused = false } },
        Row("pods are waited for", "stepping") { MachineCase(.stepping).with { $0.seen.candidate?.ready = 1 } },
        Row("pods that do not come fail it", "aborting/trafficToStable") {
            MachineCase(.stepping, after: .seconds(601)).with { $0.seen.candidate?.ready = 1 }
        },
        Row("a pod that cannot run fails it after a minute", "aborting/trafficToStable") {
            MachineCase(.stepping, after: .seconds(61)).with { $0.seen.candidate = .init(name: "shop-new", uid: "2", hash: "new", replicas: 2, current: 2, ready: 1, trouble: "CrashLoopBackOff") }
        },
        Row("no traffic to a Service without endpoints", "stepping") { MachineCase(.stepping).with { $0.seen.reach.next = false } },
        Row("endpoints that never come fail it", "aborting/trafficToStable") {
            MachineCase(.stepping, after: .seconds(601)).with { $0.seen.reach.next = false }
        },
        Row("a candidate that ran before loses its old mark", "stepping", ["unmark shop-new"]) {
            MachineCase(.stepping).with { $0.seen.candidate?.isMarkedSaturated = true }
        },
        Row("ready pods get traffic", "verifying") { MachineCase(.stepping) },
        Row("pods alone are their traffic", "analysing", ["scale shop-old 2"]) {
            MachineCase(.stepping, .replicas).with { $0.seen.stable = .init(name: "shop-old", uid: "1", hash: "old", replicas: 4, current: 4, ready: 4) }
                .with { $0.state.phase = .analysing; ($0.state.exposed, $0.state.exposure) = (0, .weight(50)) }
        },
        Row("a route that is not accepted is waited for", "verifying") {
            MachineCase(.verifying, after: .seconds(20)).with { $0.seen.traffic = .pending("gateway") }
        },
        Row("a route that is never accepted fails it", "aborting/trafficToStable") {
            MachineCase(.verifying, after: .seconds(601)).with { $0.seen.traffic = .pending("gateway") }
        },
        Row("an accepted route settles first", "verifying") { MachineCase(.verifying, after: .seconds(20)) },
        Row("a settled route is analysed", "analysing") { MachineCase(.verifying, after: .seconds(20)).with { $0.state.confirmedAt = MachineCase.start } },
        Row("the step takes its time", "analysing") { MachineCase(.analysing, after: .seconds(59)) },
        Row("the last step leads on", "promoting/fullSize", ["scale shop-new 4"]) { MachineCase(.analysing, after: .seconds(61)) },
        Row("a step of several leads to the next", "stepping", ["scale shop-new 4"]) {
            MachineCase(.analysing, steps: [.init(.weight(50), .seconds(60)), .init(.weight(100), .seconds(60))], after: .seconds(61))
        },
        Row("evidence against it ends it at once", "aborting/trafficToStable") {
            MachineCase(.analysing, after: .seconds(5)).with { $0.seen.verdicts = ["errors": .fail] }
        },
        Row("no evidence is no reason to stop", "promoting/fullSize", ["scale shop-new 4"]) {
            MachineCase(.analysing, after: .seconds(61)).with { $0.seen.verdicts = ["errors": .inconclusive] }
        },
        Row("a metrics server that is down is waited for", "analysing") {
            MachineCase(.analysing, after: .seconds(6000)).with { $0.seen.verdicts = ["errors": .unavailable] }
        },
        Row("all pods lost: the traffic goes back", "stepping") { MachineCase(.analysing).with { $0.seen.candidate?.ready = 0 } },
        Row("all pods lost for the third time", "aborting/trafficToStable") {
            MachineCase(.analysing).with { $0.seen.candidate?.ready = 0; $0.state.retreats = 2 }
        },
        Row("the stable set is gone: back, and anew", "aborting/stableSize", ["resume"]) { MachineCase(.analysing).with { $0.seen.stable = nil } },
        Row("a newer commit supersedes", "aborting/deleteCandidate", ["delete shop-new"]) {
            MachineCase(.stepping, after: .seconds(20)).with { $0.seen.template = "t3"; $0.mode = .replicas }
        },
        Row("full size first", "promoting/fullSize", ["scale shop-new 4"]) { MachineCase(.promoting).with { $0.state.finishing = .fullSize } },
        Row("then all the traffic", "promoting/trafficToNext") { MachineCase(.promoting).with { $0.finish(.fullSize) } },
        Row("then the Service is free", "promoting/unpin") { MachineCase(.promoting, after: .seconds(6)).with { $0.finish(.trafficToNext) } },
        Row("then the template", "promoting/template", ["template"]) { MachineCase(.promoting, after: .seconds(6)).with { $0.finish(.unpin) } },
        Row("a template that is there is not written again", "promoting/resume", ["resume"]) {
            MachineCase(.promoting).with { $0.finish(.template); $0.seen.stated = .candidate }
        },
        Row("evidence before the template goes back", "aborting/trafficToStable") {
            MachineCase(.promoting).with { $0.finish(.trafficToNext); $0.seen.verdicts = ["errors": .fail] }
        },
        Row("superseded before the template is written", "aborting/trafficToStable") {
            MachineCase(.promoting).with { $0.finish(.template, confirmed: false); $0.seen.template = "t3" }
        },
        Row("superseded after it: first to its end", "promoting/resume", ["resume"]) {
            MachineCase(.promoting).with { $0.finish(.resume); $0.seen.template = "t3" }
        },
        Row("a template that became another is left to its controller, and not written once more", "promoting/routesBack") {
            MachineCase(.promoting).with { $0.finish(.template); $0.seen.stated = .other; $0.seen.template = "t3" }
        },
        Row("old pods are waited for", "promoting/oldSetDown") { MachineCase(.promoting).with { $0.finish(.oldSetDown) } },
        Row("without endpoints the route stays at the arm", "promoting/oldSetDown") {
            MachineCase(.promoting).with {
                $0.finish(.oldSetDown)
                $0.seen.stable = nil
                $0.seen.reach.services = false
            }
        },
        Row("no pods wanted: no endpoints waited for", "promoting/routesBack") {
            MachineCase(.promoting).with {
                $0.finish(.oldSetDown)
                $0.seen.stable = nil
                $0.seen.reach.services = false
                $0.seen.replicas = 0
            }
        },
        Row("requests under way end before the arms go", "promoting/drain") {
            MachineCase(.promoting, after: .seconds(6)).with { $0.finish(.routesBack); $0.state.originals = nil }
        },
        Row("all done", "over") { MachineCase(.promoting, after: .seconds(6)).with { $0.finish(.clean); $0.state.originals = nil } },
        // Ready pods of before its controller saw the smaller size: it was about to take some away.
        Row("pods that are about to go do not count", "aborting/stableSize", ["scale shop-old 4"]) {
            MachineCase(.analysing, .replicas).with { $0.abort(.stableSize); $0.seen.stable = .init(name: "shop-old", uid: "1", hash: "old", replicas: 2, current: 4, ready: 4) }
        },
        Row("nor before its controller has seen the full size", "aborting/stableSize") {
            MachineCase(.analysing, .replicas).with {
                $0.abort(.stableSize)
                $0.seen.stable = .init(name: "shop-old", uid: "1", hash: "old", replicas: 4, current: 4, ready: 4, isObserved: false)
            }
        },
        Row("seen at full size, and the candidate goes", "aborting/deleteCandidate", ["delete shop-new"]) {
            MachineCase(.analysing, .replicas).with { $0.abort(.stableSize) }
        },
        Row("nothing is given up for a candidate whose controller has not seen its size", "stepping") {
            MachineCase(.stepping, .replicas).with { $0.seen.candidate?.isObserved = false }
        },
        Row("the stable set grows first", "aborting/stableSize", ["scale shop-old 4"]) {
            MachineCase(.analysing, .replicas).with { $0.abort(.stableSize); $0.seen.stable = .init(name: "shop-old", uid: "1", hash: "old", replicas: 2, current: 2, ready: 2) }
        },
        Row("no pod of the stable version is ready: requests go where pods are", "aborting/stranded", ["scale shop-new 4"]) {
            MachineCase(.analysing).with { $0.abort(.stableSize); $0.seen.stable?.ready = 0 }
        },
        Row("who serves nobody is not missed", "aborting/trafficToStable") {
            MachineCase(.analysing, steps: [.init(.preview, .seconds(60))]).with { $0.abort(.stableSize); $0.seen.stable?.ready = 0 }
        },
        Row("one pod of the stable version is ready again: the others first", "aborting/stableSize") {
            MachineCase(.analysing, after: .seconds(9000)).with { $0.abort(.stranded); $0.seen.stable?.ready = 1 }
        },
        Row("all of the stable version are ready again", "aborting/trafficToStable") { MachineCase(.analysing).with { $0.abort(.stranded) } },
        Row("neither has pods: back after the deadline", "aborting/trafficToStable") {
            MachineCase(.analysing, after: .seconds(601)).with { $0.abort(.stableSize); $0.seen.stable?.ready = 0; $0.seen.candidate?.ready = 0 }
        },
        Row("a person takes the new version", "promoting/fullSize", ["scale shop-new 4"]) {
            MachineCase(.analysing).with {
                $0.abort(.stranded)
                $0.seen.stable?.ready = 0
                $0.seen.request = RolloutRequest(id: "1", verb: .promote)
            }
        },
        Row("a newer commit replaces both", "promoting/unpin") {
            MachineCase(.analysing).with { $0.abort(.stranded); $0.seen.stable?.ready = 0; $0.seen.template = "t3" }
        },
        Row("from there no evidence leads back", "promoting/trafficToNext") {
            MachineCase(.promoting).with { $0.finish(.trafficToNext); $0.state.cause = .failed; $0.seen.verdicts = ["errors": .fail] }
        },
        Row("a weight decided before a crash waits for its pods", "stepping", ["scale shop-new 3", "scale shop-old 6"]) {
            MachineCase(.verifying).with { $0.seen.traffic = .unwritten("route"); $0.seen.replicas = 6 }
        },
        Row("and is written where they are there", "verifying") { MachineCase(.verifying).with { $0.seen.traffic = .unwritten("route") } },
        Row("so is all the traffic", "promoting/fullSize", ["scale shop-new 6", "scale shop-old 6"]) {
            MachineCase(.promoting).with { $0.finish(.trafficToNext); $0.seen.traffic = .unwritten("route"); $0.seen.replicas = 6 }
        },
        Row("nothing was changed yet: rejected at once", "rejected") {
            MachineCase(.planned).with { $0.seen.candidate = nil; $0.seen.request = RolloutRequest(id: "1", verb: .abort) }
        },
        Row("an earlier change that is stuck half way is not pinned", "over") {
            MachineCase(.planned, after: .seconds(601)).with {
                $0.seen.stable?.ready = 1
                $0.seen.others = [.init(name: "x", hash: "x", replicas: 4, current: 4, ready: 4)]
            }
        },
        Row("traffic leaves before the pods go", "aborting/drain") {
            MachineCase(.analysing, after: .seconds(6)).with { $0.abort(.trafficToStable) }
        },
        Row("requests under way end before the pods go", "aborting/drain") { MachineCase(.analysing, after: .seconds(14)).with { $0.abort(.drain) } },
        Row("the candidate is deleted", "aborting/deleteCandidate", ["delete shop-new"]) {
            MachineCase(.analysing, after: .seconds(16)).with { $0.abort(.drain) }
        },
        Row("the Deployment is given back", "aborting/resume", ["resume"]) {
            MachineCase(.analysing).with { $0.abort(.deleteCandidate); $0.seen.candidate = nil }
        },
        Row("back at the stable version", "rejected") {
            MachineCase(.analysing, after: .seconds(6)).with { $0.abort(.clean); $0.state.confirmedAt = MachineCase.start; $0.seen.candidate = nil; $0.state.originals = nil }
        },
        Row("the revert is asked for", "aborting/commitBack", ["revert"]) {
            MachineCase(.analysing).with { $0.abort(.commitBack); $0.spec?.onFailure = .revert }
        },
        Row("superseded ones are forgotten", "over") { MachineCase(.analysing).with { $0.abort(.commitBack, .superseded) } },
        Row("a rejected template stays rejected", "rejected") { MachineCase(.rejected, after: .seconds(100_000)) },
        Row("a new template is a new chance", "over") { MachineCase(.rejected).with { $0.seen.template = "t3" } },
    ]

    @Test(arguments: rows)
    func looks(_ row: Row) {
        let decision = row.look().look()
        #expect(decision.place == row.place)
        #expect(decision.does == row.does)
    }

    @Test func aDecreaseIsNotFollowedWhileBothAreFull() {
        let green = MachineCase(.analysing, .selector, steps: [.init(.preview, .seconds(60)), .init(.weight(100), .seconds(60))], strategy: .blueGreen)
            .with { $0.seen.candidate = .init(name: "shop-new", uid: "2", hash: "new", replicas: 4, current: 4, ready: 4) }
        #expect(green.with { $0.seen.replicas = 2 }.look().state?.size == 4)
        #expect(green.with { $0.seen.replicas = 6 }.look().state?.size == 6)
        #expect(MachineCase(.analysing).with { $0.seen.replicas = 2 }.look().state?.size == 2)
        #expect(MachineCase(.analysing).with { $0.seen.replicas = 0 }.look().state?.size == 4)
    }

    @Test func whatGitSaysOfReplicasIsBroughtInOnce() {
        let changed = MachineCase(.analysing).with { ($0.state.gitReplicas, $0.seen.gitReplicas) = (4, 6) }
        #expect(changed.look().does == ["replicas 6"])
        #expect(changed.look().state?.gitReplicas == 4, "not before it is seen")
        let seen = changed.with { $0.seen.replicas = 6 }
        #expect(seen.look().state?.gitReplicas == 6)
        #expect(seen.look().does == ["scale shop-new 3", "scale shop-old 6"])
        // What an autoscaler makes of it is not git's word.
        #expect(seen.with { ($0.state.gitReplicas, $0.seen.replicas) = (6, 8) }.look().does == ["scale shop-new 4", "scale shop-old 8"])
        #expect(MachineCase(.analysing).with { $0.state.gitReplicas = 4 }.look().does == [])
        let rejected = MachineCase(.rejected).with { ($0.state.gitReplicas, $0.seen.gitReplicas) = (4, 2) }
        #expect(rejected.look().does == ["replicas 2"], "also while a rejected version is held")
        #expect(RolloutState(text: seen.look().state?.text ?? "")?.gitReplicas == 6)
    }

    @Test func aRevertThatIsDelayedIsWaitedFor() {
        let waiting = MachineCase(.analysing).with {
            $0.abort(.commitBack)
            $0.spec?.onFailure = .revert
            $0.seen.revert = .delayed("git is away")
        }.look()
        #expect(waiting.place == "aborting/commitBack")
        #expect(waiting.state?.message.contains("git is away") == true)
        #expect(waiting.does == [])
    }

    @Test func timeStandsStillWhilePaused() throws {
        let paused = MachineCase(.analysing, after: .seconds(1000)).with { $0.state.pausedAt = MachineCase.start.adding(.seconds(10)) }
        #expect(paused.look().place == "analysing")
        let resumed = paused.with { $0.seen.request = RolloutRequest(id: "1", verb: .promote) }.look()
        #expect(resumed.place == "analysing")
        #expect(resumed.state?.since == MachineCase.start.adding(.seconds(990)))
        #expect(resumed.state?.handledRequest == "1")
    }

    @Test func onFailurePauseWaitsForAPerson() {
        let failing = MachineCase(.analysing).with {
            $0.spec?.onFailure = .pause
            $0.seen.verdicts = ["errors": .fail]
        }
        let decision = failing.look()
        #expect(decision.place == "analysing")
        #expect(decision.state?.pausedAt != nil)
        #expect(decision.told == ["RolloutPaused"])
    }

    @Test func whatStoodThereIsKeptAndALostStateIsNoPause() {
        let fresh = MachineCase(.planned).with { $0.seen.isPaused = true }
        #expect(fresh.look().state?.originals == ["strategy": MachineCase.original, "paused": true])
        let lost = MachineCase(.planned).with {
            $0.seen.isPaused = true
            $0.seen.updateStrategy = ["type": "Recreate"]
        }
        #expect(lost.look().state?.originals == ["strategy": ["type": "RollingUpdate"]])
    }

    @Test func gatesHaveADeadlineAndADefault() {
        let gate = { (expiry: Gate.Expiry, after: Int) in
            MachineCase(.gated, after: .seconds(after)).with { $0.spec?.gate = Gate(limit: .seconds(300), expiry: expiry) }
        }
        #expect(gate(.promote, 299).look().place == "gated")
        #expect(gate(.promote, 300).look().place == "promoting/fullSize")
        #expect(gate(.reject, 300).look().place == "aborting/trafficToStable")
        #expect(gate(.reject, 1).with { $0.seen.request = RolloutRequest(id: "1", verb: .promote) }.look().place == "promoting/fullSize")
        #expect(gate(.reject, 1).with { $0.seen.gateAnswer = .open }.look().place == "promoting/fullSize")
        #expect(gate(.reject, 1).with { $0.seen.verdicts = ["errors": .fail] }.look().place == "aborting/trafficToStable")
    }

    @Test func aRequestIsCarriedOutOnce() {
        let asked = MachineCase(.analysing).with { $0.seen.request = RolloutRequest(id: "1", verb: .abort) }
        #expect(asked.look().place == "aborting/trafficToStable")
        #expect(asked.with { $0.state.handledRequest = "1" }.look().place == "analysing")
        let tooLate = MachineCase(.promoting).with { $0.finish(.oldSetDown); $0.seen.request = RolloutRequest(id: "1", verb: .abort) }
        #expect(tooLate.look().place == "promoting/oldSetDown")
        #expect(tooLate.look().told == ["RolloutRequest"])
    }

    @Test func retryTriesTheSameTemplateAgain() {
        let again = MachineCase(.rejected).with { $0.seen.newID = "r2"; $0.seen.request = RolloutRequest(id: "1", verb: .retry) }.look()
        #expect(again.state?.id == "r2")
        #expect(again.state?.handledRequest == "1")
        #expect(again.place == "starting")
    }

    @Test func aClockThatIsPutBackStretchesNoWait() {
        let late = MachineCase(.analysing, after: .seconds(-3600)).look()
        #expect(late.state?.since == MachineCase.start.adding(.seconds(-3600)))
        #expect(late.wake ?? .zero <= .seconds(60))
    }

    @Test func blueGreenIsASelectorThatNeverLeadsBack() {
        let steps: [RolloutSpec.Step] = [.init(.preview, .seconds(60)), .init(.weight(100), .seconds(60))]
        let pins = RolloutState.Finishing.allCases.map { point in
            let look = MachineCase(.promoting, .selector, steps: steps, strategy: .blueGreen).with { ($0.state.exposed, $0.state.exposure, $0.state.finishing) = (1, .weight(100), point) }
            return overlay(of: look.state, mode: look.mode).pin
        }
        #expect(pins == ["new", "new", "new", "new", "new", "new", nil, nil, nil])
    }
}
