package import Document
internal import Kubernetes

extension AutomationError.Kind {
    /// A word for programs.
    package var word: String {
        switch self {
        case .invalid: "invalid"
        case .notFound: "notFound"
        case .ambiguous: "ambiguous"
        case .notEditable: "notEditable"
        case .locked: "locked"
        case .forbidden: "forbidden"
        case .downgrade: "downgrade"
        case .registry: "registry"
        case .push: "push"
        }
    }
}

extension AutomationError {
    package var value: Value {
        var value: Value = ["kind": .string(kind.word), "message": .string(message)]
        if let origin { value["origin"] = .string(origin.description) }
        value["advice"] = .string(advice)
        if case .ambiguous(let candidates) = kind { value["candidates"] = .sequence(candidates.map { .string($0) }) }
        return value
    }
}
