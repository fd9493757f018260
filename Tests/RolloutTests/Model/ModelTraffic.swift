import DevCluster
import Document
import Kubernetes
import Rollout

/// Services and a route as git says them, with a rollout's overlay on top.
///
/// The route is a list of backends with weights, which is all the invariants ask of one.
struct ModelTraffic {
    static let service = ObjectKey(group: "", kind: "Service", namespace: "default", name: "shop")
    static let route = ObjectKey(group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "default", name: "shop")
    static let arms = Arm.allCases.map { arm($0) }

    static func arm(_ arm: Arm) -> ObjectKey {
        ObjectKey(group: "", kind: "Service", namespace: "default", name: "shop--\(arm.rawValue)")
    }

    /// In the order they are applied.
    static func desired(_ overlay: RolloutOverlay, _ mode: RolloutTraffic.Mode) -> [Object] {
        var objects = [service(service.name, hash: overlay.pin)]
        if let arms = overlay.arms {
            objects.append(service(arm(.stable).name, hash: arms.stable))
            objects.append(service(arm(.next).name, hash: arms.next))
        }
        if mode == .routes {
            objects.append(
                object([
                    "apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
                    "metadata": ["name": "shop", "namespace": "default"], "spec": ["backends": backends(overlay.routes)],
                ]))
        }
        return objects
    }

    private static func service(_ name: String, hash: String?) -> Object {
        var selector: Value = ["app": "shop"]
        if let hash { selector[templateHashLabel] = .string(hash) }
        return object([
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": .string(name), "namespace": "default"],
            "spec": ["selector": selector],
        ])
    }

    private static func backends(_ routes: RolloutOverlay.Routes) -> Value {
        func backend(_ name: String, _ weight: Int, _ kind: String = "share") -> Value {
            ["name": .string(name), "weight": .int(Int64(weight)), "kind": .string(kind)]
        }
        let stable = arm(.stable).name, next = arm(.next).name
        return switch routes {
        case .unchanged: [backend("shop", 100)]
        case .all(let to): [backend(arm(to).name, 100)]
        case .weight(let percent): [backend(stable, 100 - percent), backend(next, percent)]
        case .matching: [backend(stable, 100), backend(next, 100, "match")]
        case .mirror(let percent): [backend(stable, 100), backend(next, percent, "mirror")]
        }
    }

    /// Names of the Services that requests may reach by a route's spec, with their shares; copies are none.
    static func backends(of spec: Value) -> [(name: String, weight: Int, kind: String)] {
        (spec["backends"]?.sequence ?? []).compactMap { entry in
            guard let name = entry["name"]?.string, let weight = entry["weight"]?.int, weight > 0 else { return nil }
            return (name, Int(weight), entry["kind"]?.string ?? "share")
        }
    }
}

extension ModelWorld {
    /// The Services that requests go through at this moment.
    var backends: [(name: String, weight: Int, kind: String)] {
        guard setup.mode == .routes else { return [("shop", 100, "share")] }
        return ways.flatMap { ModelTraffic.backends(of: $0) }
    }

    func service(_ name: String) -> Object? { observed.object(.service, namespace: "default", name: name) }

    /// Names of the pods that the cluster says stand behind a Service.
    func published(_ service: String) -> Set<String> {
        let subsets = observed.object(.endpoints, namespace: "default", name: service)?.value["subsets"]?.sequence ?? []
        return Set(
            subsets.flatMap { $0["addresses"]?.sequence ?? [] }.compactMap { $0[path: "targetRef", "name"]?.string })
    }

    /// Those of them that really answer.
    func reachable(_ service: String) -> Set<String> {
        published(service).filter { name in
            observed.object(.pod, namespace: "default", name: name).map { $0.isReadyPod && !$0.isBeingDeleted } ?? false
        }
    }

    var deployment: Object? { observed.object(ModelSetup.workload) }
    var sets: [Object] { deployment.map { observed.owned(by: $0.uid, .replicaSet) } ?? [] }
    var pods: [Object] { sets.flatMap { observed.owned(by: $0.uid, .pod) } }

    /// The state as it stands.
    var state: RolloutState? {
        guard let text = deployment?.annotation(MartletAnnotations.rollout) else { return nil }
        if known.text != text { known = (text, RolloutState(text: text)) }
        return known.state
    }
}
