import Basics
import Document
import Kubernetes
import Testing

@testable import DevCluster

/// Scheduler, kubelet and registration, one look at a time.
@Suite struct NodePodTests {
    private let options = NodeOptions(
        startDelay: .seconds(1), readyDelay: .seconds(2), stopDelay: .seconds(3), runFor: .seconds(4), restartDelay: .seconds(10))

    private func bound(_ annotations: Mapping = [:], policy: String = "Always", image: String = "web:1") throws -> Object {
        var pod = try object(
            "{apiVersion: v1, kind: Pod, metadata: {name: one}, spec: {nodeName: node-1, restartPolicy: \(policy), containers: [{name: web, image: '\(image)'}]}}")
        pod.annotations = annotations
        return pod
    }

    /// What a pod goes through: the second each stage begins and a word for it.
    private func life(of pod: Object, until end: Int64) -> [String] {
        var moments = PodClock.Moments(seen: noon)
        var seen: [String] = []
        for second in 0...end {
            let stage = PodStage.of(pod, SimulatedBehavior(of: pod, options), &moments, options, now: noon.after(second)).stage
            let word =
                switch stage {
                case .creating: "creating"
                case .pullFailed: "pull failed"
                case .running(_, let ready): ready ? "ready" : "running"
                case .backingOff: "backing off"
                case .finished(let code, _): "exit \(code)"
                }
            if seen.last?.hasSuffix(word) != true { seen.append("\(second) \(word)") }
            if case .finished = stage { break }
        }
        return seen
    }

    @Test func lives() throws {
        #expect(life(of: try bound(), until: 9) == ["0 creating", "1 running", "3 ready"])
        #expect(life(of: try bound(["sim.martlet.dev/ready-after": "5s"]), until: 9) == ["0 creating", "1 running", "6 ready"])
        #expect(life(of: try bound(["sim.martlet.dev/never-ready": "true"]), until: 9) == ["0 creating", "1 running"])
        #expect(life(of: try bound(["sim.martlet.dev/image-pull": "fail"]), until: 9) == ["0 pull failed"])
        #expect(life(of: try bound(image: "localhost:5000/web:does-not-exist"), until: 9) == ["0 pull failed"])
        #expect(life(of: try bound(policy: "Never"), until: 9) == ["0 creating", "1 running", "3 ready", "5 exit 0"])
        #expect(
            life(of: try bound(["sim.martlet.dev/exit-code": "1", "sim.martlet.dev/run-for": "1s"], policy: "Never"), until: 9)
                == ["0 creating", "1 running", "2 exit 1"])
        #expect(
            life(of: try bound(["sim.martlet.dev/crash-loop": "true"]), until: 20)
                == ["0 creating", "1 running", "5 backing off", "15 running", "19 backing off"])
        #expect(
            life(of: try bound(["sim.martlet.dev/exit-code": "1"], policy: "OnFailure"), until: 16)
                == ["0 creating", "1 running", "3 ready", "5 backing off", "15 running"])
    }

    @Test func aStatusIsWrittenOnce() throws {
        var pod = try bound()
        var moments = PodClock.Moments(seen: noon)
        let first = Kubelet.decide(pod, &moments, options, now: noon.after(5), address: { "10.244.0.7" })
        guard case .patchStatus(_, let patch)? = first.actions.first else {
            Issue.record("no status")
            return
        }
        pod.value["status"] = patch["status"]
        #expect(pod.phase == "Running" && pod.string("status", "podIP") == "10.244.0.7")
        #expect(Kubelet.decide(pod, &moments, options, now: noon.after(6), address: { "10.244.0.7" }).actions.isEmpty)
        let ready = Kubelet.decide(pod, &moments, options, now: noon.after(7), address: { "10.244.0.7" })
        guard case .patchStatus(_, let second)? = ready.actions.first else {
            Issue.record("no second status")
            return
        }
        pod.value["status"] = second["status"]
        #expect(pod.isReadyPod && pod.condition("ContainersReady")?.status == "True")
    }

    @Test func aNodeThatForgotGoesOnFromTheStatus() throws {
        var pod = try bound()
        pod.value["status"] = [
            "phase": "Running", "startTime": .string(noon.after(-60).description),
            "containerStatuses": [["name": "web", "restartCount": 2, "state": ["running": ["startedAt": .string(noon.after(-30).description)]]]],
        ]
        var moments = PodClock.Moments(from: pod, now: noon)
        let stage = PodStage.of(pod, SimulatedBehavior(of: pod, options), &moments, options, now: noon).stage
        #expect(stage == .running(since: noon.after(-30), isReady: true))
        #expect(moments.restarts == 2)
    }

    @Test func readinessGatesCount() throws {
        var pod = try bound()
        pod.value[path: "spec", "readinessGates"] = [["conditionType": "example.com/lb"]]
        var moments = PodClock.Moments(seen: noon.after(-60))
        moments.ran = noon.after(-60)
        func readiness() -> String? {
            guard case .patchStatus(_, let patch)? = Kubelet.decide(pod, &moments, options, now: noon, address: { "10.244.0.7" }).actions.first
            else { return nil }
            pod.value["status"] = patch["status"]
            return pod.condition("Ready")?.status
        }
        #expect(readiness() == "False")
        #expect(pod.condition("ContainersReady")?.status == "True")
        pod.value[path: "status", "conditions"] = .sequence(
            pod.sequence("status", "conditions") + [["type": "example.com/lb", "status": "True"]])
        #expect(readiness() == "True")
    }

    @Test func deletionIsConfirmedInTime() throws {
        let pod = try pod("one", deleting: true)
        var moments = PodClock.Moments(seen: noon)
        let first = Kubelet.decide(pod, &moments, options, now: noon, address: { "" })
        #expect(first == Decision(again: .seconds(3)))
        let last = Kubelet.decide(pod, &moments, options, now: noon.after(3), address: { "" })
        #expect(last.actions == [.delete(pod.key, uid: pod.uid, .confirmed)])
    }

    @Test func podsAreSpreadOverWhatFits() throws {
        let nodes = try [
            object("{apiVersion: v1, kind: Node, metadata: {name: a}}"),
            object("{apiVersion: v1, kind: Node, metadata: {name: b, labels: {disk: ssd}}}"),
            object("{apiVersion: v1, kind: Node, metadata: {name: c}, spec: {unschedulable: true}}"),
            object("{apiVersion: v1, kind: Node, metadata: {name: d}, spec: {taints: [{key: gpu, value: yes, effect: NoSchedule}]}}"),
        ]
        func place(_ spec: String, turn: Int) throws -> (String?, String) {
            let pod = try object("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: \(spec)}")
            let choice = PodScheduler.place(pod, on: nodes, turn: turn)
            return (choice.node, choice.reason)
        }
        #expect(try place("{}", turn: 0).0 == "a")
        #expect(try place("{}", turn: 1).0 == "b")
        #expect(try place("{}", turn: 2).0 == "a")
        #expect(try place("{nodeSelector: {disk: ssd}}", turn: 4).0 == "b")
        #expect(try place("{nodeSelector: {disk: hdd}}", turn: 0).1.hasPrefix("0/4 nodes are available: "))
        #expect(try place("{nodeSelector: {disk: ssd}, tolerations: [{operator: Exists}]}", turn: 0).0 == "b")
        let required = "{affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [c]}]}]}}}, tolerations: [{key: node.kubernetes.io/unschedulable, operator: Exists}]}"
        #expect(try place(required, turn: 0).0 == "c")
        #expect(try place("{tolerations: [{key: gpu, operator: Exists, effect: NoSchedule}]}", turn: 2).0 == "d")
    }

    @Test(arguments: [("5s", 5000), ("250ms", 250), ("1m30s", 90_000), ("1.5s", 1500), ("", nil), ("5", nil), ("s", nil), ("5x", nil)])
    func durations(text: String, milliseconds: Int?) {
        #expect(duration(text) == milliseconds.map { .milliseconds($0) })
    }

    @Test func aNodeIsRegisteredThenBeats() throws {
        let registration = NodeRegistration(options)
        let key = try #require(registration.initialKeys.first)
        let first = registration.reconcile(key, in: Situation(Observed(), now: noon))
        var node = try #require(first.creates.first)
        #expect(node.condition("Ready")?.status == "True")
        node.value[path: "metadata", "uid"] = "n"
        let second = registration.reconcile(key, in: Situation(Observed([node]), now: noon.after(1)))
        #expect(second.creates.map(\.kind) == ["Lease"] && second.again == .seconds(10))
        let lease = try #require(second.creates.first)
        #expect(registration.reconcile(key, in: Situation(Observed([node, lease]), now: noon.after(2))).actions.isEmpty)
        let renewal = registration.reconcile(key, in: Situation(Observed([node, lease]), now: noon.after(11)))
        #expect(renewal.actions.count == 1)
        // The status itself only every five minutes.
        let late = registration.reconcile(key, in: Situation(Observed([node, lease]), now: noon.after(301)))
        #expect(late.actions.count == 2)
    }
}
