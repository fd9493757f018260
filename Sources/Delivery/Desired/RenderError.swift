package import Document
package import Kubernetes

/// Why (a part of) a commit cannot be turned into objects, and where it says so.
package struct RenderError: Error, Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        case document(DocumentError)
        /// The chart engine's own words.
        case chart(String)
        /// A declaration, an annotation or an object that cannot be meant.
        case invalid(String)
        /// The same object twice; the other place.
        case duplicate(ObjectKey, other: Origin)
        case limit(String)
        case missing(String)
    }

    package var reason: Reason
    package var origin: Origin?

    package init(_ reason: Reason, origin: Origin?) {
        self.reason = reason
        self.origin = origin
    }
}

extension RenderError: CustomStringConvertible {
    package var description: String {
        if case .document(let error) = reason { return error.description }
        let text =
            switch reason {
            case .document(let error): error.description
            case .chart(let text): text
            case .invalid(let text), .limit(let text), .missing(let text): text
            case .duplicate(let key, let other):
                "\(key) is written twice, the other time in \(other): keep one"
            }
        return (origin.map { "\($0): " } ?? "") + text
    }
}
