import Automation
import Basics
import Cluster
import Delivery
import Document
import Git
import Kubernetes
import Registry
import Rollout

@testable import Server

/// A daemon with two workloads whose automation only notes what it is asked.
struct AutomationStage: Sendable {
    static let token = "the-token-of-ada"
    static let weakToken = "the-token-of-bob"

    let asked = Locked<[ChangeRequest]>([])
    let refreshes = Locked<[Bool]>([])
    let due = Locked<[[ImageRepository]]>([])
    let failure = Locked<AutomationError?>(nil)

    static func key(_ name: String, namespace: String = "shop", kind: String = "Deployment") -> ObjectKey {
        ObjectKey(group: "apps", kind: kind, namespace: namespace, name: name)
    }

    static let workloads: [Workload] = {
        func policy(_ key: ObjectKey, _ annotations: Mapping) -> AutomationPolicy {
            let containers: Value = [["name": "web"], ["name": "init"]]
            let object = Object([
                "apiVersion": "apps/v1", "kind": .string(key.kind),
                "metadata": ["name": .string(key.name), "namespace": .string(key.namespace), "annotations": .mapping(annotations)],
                "spec": ["template": ["spec": ["containers": containers]]],
            ])
            return try! AutomationPolicy(of: object!)
        }
        let locked: Mapping = [
            "martlet.dev/automated": "true", "martlet.dev/locked": "true", "martlet.dev/locked-by": "eve",
            "martlet.dev/locked-reason": "the last one broke", "martlet.dev/tag.web": "semver:~1.4",
        ]
        let web = Workload.Container(name: "web", image: ImageReference("ghcr.io/shop/front-end:1.4.0")!)
        return [
            Workload(
                application: "shop", key: key("front-end"), origin: Origin(file: "deploy/web.yaml", line: 12),
                containers: [web, .init(name: "init", image: ImageReference("busybox")!, isInit: true)],
                policy: policy(key("front-end"), locked)),
            Workload(
                application: "shop", key: key("orders", namespace: "back", kind: "StatefulSet"), origin: Origin(file: "deploy/orders.yaml"), containers: [web],
                policy: policy(key("orders", namespace: "back", kind: "StatefulSet"), [:])),
        ]
    }()

    var automation: AutomationView {
        AutomationView(
            workloads: { Self.workloads },
            images: { [failure, refreshes] (key: ObjectKey, refresh: Bool) throws(AutomationError) -> WorkloadImages in
                refreshes.withLock { $0.append(refresh) }
                if let error = failure.withLock({ $0 }) { throw error }
                guard let workload = Self.workloads.first(where: { $0.key == key }) else {
                    throw AutomationError(.notFound, "no", advice: "no")
                }
                let tag = ImageTag("1.4.1", digest: "sha256:" + String(repeating: "a", count: 64), builtAt: Timestamp("2026-11-21T05:12:33Z"))
                return WorkloadImages(
                    workload: workload,
                    containers: [
                        .init(
                            name: "web", image: ImageReference("ghcr.io/shop/front-end:1.4.0")!, policy: "semver:~1.4",
                            candidates: [
                                .init(tag: tag, isCurrent: false, passes: true), .init(tag: ImageTag("1.4.0"), isCurrent: true, passes: true),
                            ], verdict: "1.4.1 is newer"),
                        .init(
                            name: "init", image: ImageReference("busybox")!, policy: "glob:main-*", candidates: [], verdict: "stays",
                            error: "the registry does not answer"),
                    ])
            },
            change: { [failure, asked] (request: ChangeRequest, _) throws(AutomationError) -> ChangeReport in
                if let error = failure.withLock({ $0 }) { throw error }
                asked.withLock { $0.append(request) }
                guard case .release(let image) = request.action else {
                    return ChangeReport(commit: nil, branch: "main", message: "git says it already")
                }
                return ChangeReport(
                    commit: ObjectID(String(repeating: "4f", count: 20)), branch: "main", message: "Release shop/front-end 1.4.0 → 1.4.1",
                    bumps: [
                        Bump(
                            application: "shop", workload: request.workload, container: "web",
                            from: ImageReference("ghcr.io/shop/front-end:1.4.0")!, to: image, policy: "")
                    ], files: ["deploy/web.yaml"],
                    problems: [
                        .init(workload: request.workload, container: "init", error: AutomationError(.ambiguous(["a"]), "two places", advice: "name one"))
                    ])
            }, registryPushed: { [due] repositories in due.withLock { $0.append(repositories) } }, emailDomain: "git.example.com")
    }

    let requests = Locked<[RolloutRequest]>([])
    let clusterFailure = Locked<ClusterError?>(nil)

    /// A rollout of "front-end" that waits at its gate, until somebody aborts it.
    var rollouts: RolloutsView {
        RolloutsView(
            report: { [requests, clusterFailure] (key: ObjectKey) throws(ClusterError) -> RolloutReport in
                if let error = clusterFailure.withLock({ $0 }) { throw error }
                var report = RolloutReport(workload: key)
                (report.pods, report.ready) = (5, 4)
                guard key.name == "front-end" else { return report }
                var state = RolloutState(
                    id: "01K", phase: .gated, step: 1, since: Timestamp(milliseconds: 1_000), template: "t", stableHash: "aaa", candidateHash: "bbb",
                    revision: "main@4f4f4f4", size: 5)
                state.message = "a person decides"
                state.evidence["errors"] = Evidence()
                state.evidence["errors"]?.requests = [.stable: 1000, .next: 100.5]
                state.evidence["errors"]?.bad = [.stable: 3, .next: 1]
                if requests.withLock({ $0 }).contains(where: { $0.verb == .abort }) { (state.phase, state.cause) = (.rejected, .aborted) }
                report.state = state
                report.spec = RolloutSpec(
                    workload: report.workload, strategy: .canary, steps: [.init(.weight(5), .seconds(120)), .init(.weight(50), .seconds(300))])
                report.versions = [.stable: .init(hash: "aaa", set: "front-end-aaa", pods: 5, ready: 5), .next: .init(hash: "bbb", pods: 3, ready: 2)]
                return report
            },
            ask: { [requests] (verb: RolloutRequest.Verb, _: ObjectKey) throws(ClusterError) -> RolloutRequest in
                let request = RolloutRequest(id: "01M", verb: verb)
                requests.withLock { $0.append(request) }
                return request
            })
    }

    /// Bob may look, and only in "shop"; Ada may do everything.
    struct Roles: Authority {
        func caller(token: String) async throws(AccessError) -> Caller? {
            switch token {
            case AutomationStage.token: Caller(name: "ada", groups: ["editors"])
            case AutomationStage.weakToken: Caller(name: "bob")
            default: nil
            }
        }

        func isAllowed(
            _ caller: Caller, _ verb: AccessVerb, _ workload: GroupKind, namespace: String, name: String?
        ) async throws(AccessError) -> Bool {
            caller.name == "ada" || (verb != .patch && namespace == "shop")
        }
    }

    func daemon(automation state: AutomationState? = nil, access: AccessControl = AccessControl([Roles()], sessions: Sessions(time: SystemTime(), random: RandomSource())), secret: String? = "the secret") -> DaemonView {
        DaemonView(
            unreadiness: { nil }, status: { ["source": ["url": "https://git.example.com/shop.git"], "applications": []] }, markDue: {}, branch: "main",
            webhookSecret: secret.map { Array($0.utf8) }, automation: state ?? .on(automation), rollouts: rollouts, access: access)
    }
}
