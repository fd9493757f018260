internal import Chart
internal import Delivery
internal import Kubernetes

/// An object as one commit has it, and which files it comes from.
struct ObjectSight: Sendable {
    var part: Layout.Part
    /// Of a chart all its files, else the file that the object is written in.
    var bytes: [String: [UInt8]]
    /// What the chart's templates read; nil for manifests.
    var reads: ReadSet?
    var object: Object
    var origin: Origin
}

/// What is known of an object at a commit.
enum ObjectState: Sendable {
    case known(ObjectSight)
    /// The commit has no such object.
    case missing
    /// The commit cannot be rendered: why, and the files as far as they are known.
    case unknown(String, ObjectSight?)

    var sight: ObjectSight? {
        switch self {
        case .known(let sight): sight
        case .unknown(_, let sight): sight
        case .missing: nil
        }
    }

    var isKnown: Bool { if case .known = self { true } else { false } }
}

/// Whether an object is the one that is meant, in an application that gives its namespace to those that name none.
func isObject(_ object: Object, _ key: ObjectKey, in spec: ApplicationSpec) -> Bool {
    guard object.groupKind == key.groupKind, object.name == key.name else { return false }
    if object.namespace == key.namespace { return true }
    return object.namespace.isEmpty && (key.namespace.isEmpty || key.namespace == (spec.namespace ?? "default"))
}
