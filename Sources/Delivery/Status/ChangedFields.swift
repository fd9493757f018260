internal import Basics
internal import Document
package import Kubernetes

/// Container to image, wherever the kind keeps what its pods are made of: a pod's own, a template's (also of kinds
/// Martlet does not know), a cron job's. Nil for an object without containers.
package func containerImages(of object: Object) -> [String: String]? {
    let places = [["spec"], ["spec", "template", "spec"], ["spec", "jobTemplate", "spec", "template", "spec"]]
    guard let pod = places.lazy.compactMap({ object.value[path: $0] }).first(where: { $0["containers"]?.sequence != nil }) else { return nil }
    var images: [String: String] = [:]
    for container in (pod["initContainers"]?.sequence ?? []) + (pod["containers"]?.sequence ?? []) {
        guard let name = container["name"]?.string, let image = container["image"]?.string else { continue }
        images[name] = image
    }
    return images.isEmpty ? nil : images
}

/// Fields listed of one object, and bytes of one value.
private let fieldLimit = 100
private let valueLimit = 256

/// The fields in which two answers of the server differ, without what Martlet marks its objects with; values of
/// Secrets and of environment variables are masked, long ones cut.
///
/// - Returns: also how many there are beyond those listed.
package func changedFields(from former: Object, to object: Object) -> (fields: [ObjectChange.Field], more: Int) {
    let isMasked = hasMaskedValues(object.groupKind)
    // A masked value must still look different where it is: so values are compared first.
    let found = differences(unmarked(former).value, unmarked(object).value, scope: .all)
    let fields = found.prefix(fieldLimit).map { difference in
        let hides = isMasked && !isPublic(difference.path)
        func text(_ value: Value) -> String { hides ? secretMask : shown(withoutEnvironment(value, at: difference.path)) }
        return ObjectChange.Field(path: "\(difference.path)", from: difference.from.map(text), to: difference.to.map(text))
    }
    return (fields, found.count - fields.count)
}

/// What a Secret says besides its values. Annotations are not: tools keep whole manifests there.
private func isPublic(_ path: DocumentPath) -> Bool {
    switch path.steps.first {
    case .key("type"), .key("immutable"): true
    case .key("metadata"): path.steps.dropFirst().first == .key("labels") || path.steps.dropFirst().first == .key("ownerReferences")
    default: false
    }
}

private func unmarked(_ object: Object) -> Object {
    var object = object
    object.labels.removeAll { MartletAnnotations.own.contains($0.key) }
    object.annotations.removeAll { MartletAnnotations.own.contains($0.key) }
    return object
}

private func shown(_ value: Value) -> String {
    let text = JSON.text(value)
    guard text.utf8.count > valueLimit else { return text }
    var cut = ""
    var length = 0
    for character in text {
        length += character.utf8.count
        guard length <= valueLimit - 3 else { break }
        cut.append(character)
    }
    return cut + "…"
}

/// Who wrote last besides Martlet and the controllers that only write status.
func lastManager(of live: Object) -> String {
    var last: (time: Timestamp, name: String)?
    for entry in live.value[path: "metadata", "managedFields"]?.sequence ?? [] {
        guard let name = entry["manager"]?.string, name != fieldManager, entry["subresource"]?.string == nil,
            let time = entry["time"]?.string.flatMap({ Timestamp($0) })
        else { continue }
        if last.map({ time >= $0.time }) ?? true { last = (time, name) }
    }
    return last?.name ?? ""
}
