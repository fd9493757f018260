package import Kubernetes

/// One change of a watched type.
package enum WatchEvent: Sendable, Hashable {
    case added(Object)
    case modified(Object)
    case deleted(Object)
    /// Nothing changed up to this resourceVersion (KEP-956): a watch may go on from it.
    case bookmark(resourceVersion: String)

    package var object: Object? {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object): object
        case .bookmark: nil
        }
    }
}
