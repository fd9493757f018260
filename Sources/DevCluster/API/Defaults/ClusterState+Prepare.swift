import Document
import Kubernetes

/// What the server itself writes into an object before it is checked.
extension ClusterState {
    func prepareCreated(_ object: Object, type: ResourceType, version: String) -> Object { object }

    func prepareUpdated(_ object: Object, old: Object, type: ResourceType, version: String) -> Object { object }

    func validateCreated(_ object: Object, type: ResourceType, version: String) -> [FieldError] { [] }

    func validateUpdated(_ object: Object, old: Object, type: ResourceType, version: String) -> [FieldError] { [] }

    mutating func allocate(_ object: inout Object, old: Object?, type: ResourceType, isDryRun: Bool) throws(APIFailure) {}
}
