package import Kubernetes

/// Through which objects requests reach a workload, found among an application's own objects.
package struct RolloutTraffic: Sendable, Hashable {
    package enum Mode: String, Sendable, Hashable {
        /// Pods alone: the share of requests is the share of pods.
        case replicas
        /// Blue-green without a route: the Services' selector is the switch.
        case selector
        /// Routes split the requests between the arms.
        case routes
    }

    package var mode: Mode
    /// The Services whose selector matches the workload's pods, in the application.
    package var services: [ObjectKey]
    /// The routes that lead to one of them.
    package var routes: [ObjectKey]

    package init(mode: Mode, services: [ObjectKey] = [], routes: [ObjectKey] = []) {
        (self.mode, self.services, self.routes) = (mode, services, routes)
    }
}

/// Why a rollout cannot be made as it is asked for; nothing is applied then.
package struct RolloutError: Error, Sendable, Hashable, CustomStringConvertible {
    package var workload: ObjectKey
    /// The annotation at fault, where one is.
    package var annotation: String?
    /// The object and its field at fault, where it is another than the workload.
    package var place: Place?
    package var description: String

    package struct Place: Sendable, Hashable {
        package var object: ObjectKey
        /// As the API server writes it: `spec.ports[0].targetPort`.
        package var field: String

        package init(object: ObjectKey, field: String) {
            (self.object, self.field) = (object, field)
        }
    }

    package init(_ description: String, workload: ObjectKey, annotation: String? = nil, place: Place? = nil) {
        (self.description, self.workload, self.annotation, self.place) = (description, workload, annotation, place)
    }
}
