import Document
import Kubernetes

extension ClusterState {
    /// Everything wrong with a new object, as the server would list it.
    func validateCreated(_ object: Object, type: ResourceType, version: String) -> [FieldError] {
        MetadataRules.errors(object, type: type) + bodyErrors(object, type: type, version: version)
    }

    /// Everything wrong with a new state of an object: the rules of every state, and what must not change.
    func validateUpdated(_ object: Object, old: Object, type: ResourceType, version: String) -> [FieldError] {
        let changes = Immutability.errors(object, old: old)
        if !changes.isEmpty { return changes }
        // Names and bodies that were let in before stay let in.
        guard object.value["spec"] != old.value["spec"] || object.value["metadata"] != old.value["metadata"]
            || type.custom != nil || object.value != old.value
        else { return [] }
        return MetadataRules.errors(object, type: type) + bodyErrors(object, type: type, version: version)
    }

    private func bodyErrors(_ object: Object, type: ResourceType, version: String) -> [FieldError] {
        if let custom = type.custom { return custom.problems(object, version: version) }
        var rules = BodyRules()
        rules.check(object)
        return rules.errors
    }
}
