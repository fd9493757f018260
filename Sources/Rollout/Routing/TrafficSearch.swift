import Basics
import Document
package import Kubernetes

/// Through which objects requests reach a workload, and how a rollout splits them.
///
/// - Parameters:
///   - running: the live workload, whose pods the user's Services must keep selecting; nil where there is none yet.
///   - objects: all objects of the application with their keys resolved.
/// - Throws: Where the annotations ask for what these objects cannot do; the text says what would.
package func traffic(for spec: RolloutSpec, workload: Object, running: Object? = nil, among objects: [Object]) throws(RolloutError)
    -> RolloutTraffic
{
    try TrafficSearch(
        spec: spec, workload: workload, running: running, objects: objects.filter { $0.annotation(MartletAnnotations.ignore) != "true" }
    ).result()
}

struct TrafficSearch {
    let spec: RolloutSpec
    let workload: Object
    let running: Object?
    let objects: [Object]

    func result() throws(RolloutError) -> RolloutTraffic {
        let matching = services()
        let found = try routes(to: matching)
        let routed = RoutedServices(
            matching.map(\.key).filter { key in found.contains { $0.router.leads($0.object, to: RoutedServices([key])) } })
        let services = matching.filter { routed.contains($0.name, in: $0.namespace) || !isPeerDiscovery($0) }
        let mode = try mode(services, found)
        if mode != .replicas {
            for service in services {
                try refuseShared(service)
                try refuseMoved(service)
            }
        }
        guard mode == .routes else { return RolloutTraffic(mode: mode, services: services.map(\.key)) }
        let routes = try usable(found, services: RoutedServices(services.map(\.key)))
        return RolloutTraffic(mode: mode, services: services.map(\.key), routes: routes.map(\.object.key).sorted())
    }

    /// A route and what knows how to change it.
    struct Found {
        let router: any Router
        let object: Object
    }

    func refuse(_ annotation: String, _ text: String) -> RolloutError {
        RolloutError("annotation \"\(annotation)\": \(text)", workload: spec.workload, annotation: annotation)
    }
}

extension TrafficSearch {
    /// Services whose selector matches the pods.
    private func services() -> [Object] {
        let labels = workload.podLabels
        return objects.filter { $0.namespace == workload.namespace && serviceSelector($0)?.matches(labels) ?? false }
            .sorted { $0.key < $1.key }
    }

    /// A headless Service that publishes pods before they are ready is how pods find each other, not how requests come:
    /// hiding one version's pods from the other's would split a cluster in two.
    private func isPeerDiscovery(_ service: Object) -> Bool {
        let spec = service.value["spec"]
        return spec?["clusterIP"]?.string == "None" && spec?["publishNotReadyAddresses"]?.bool == true
    }

    /// A Service whose selector has changed together with the labels of the pods would have nobody to lead to while it is
    /// pinned to the version that runs.
    private func refuseMoved(_ service: Object) throws(RolloutError) {
        guard let running, let selector = serviceSelector(service), !selector.matches(running.podLabels) else { return }
        throw refuse(
            MartletAnnotations.strategy,
            "Service \"\(service.name)\" selects \"\(selector.query)\", which the running pods of \"\(workload.name)\" do not have, so it would lead nowhere until the new version is out: change its selector in a later commit"
        )
    }

    /// Pods of another workload behind the same Service would lose their requests as soon as it is pinned.
    private func refuseShared(_ service: Object) throws(RolloutError) {
        guard let selector = serviceSelector(service) else { return }
        let kinds: Set<String> = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"]
        for other in objects
        where other.key != workload.key && other.namespace == workload.namespace && kinds.contains(other.kind)
            && selector.matches(other.podLabels)
        {
            throw refuse(
                MartletAnnotations.strategy,
                "Service \"\(service.name)\" selects pods of \(other.kind) \"\(other.name)\" too, which would get no requests while it leads to one version: give it a selector for \"\(workload.name)\" alone, or use \"ramped\", or \"canary\" with \"\(MartletAnnotations.traffic): none\""
            )
        }
    }
}

extension Object {
    /// The labels that a workload gives its pods.
    var podLabels: Mapping { value[path: "spec", "template", "metadata", "labels"]?.mapping ?? [:] }
}
