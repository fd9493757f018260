/// Something of Kubernetes' own small languages that is not well-formed: a
/// selector, a field set, a patch, a list without its keys.
package struct KubernetesError: Error, Sendable, Hashable {
    package enum Problem: Sendable, Hashable {
        case selector(String)
        case managedFields(String)
        case patch(String)
        /// An object that its schema cannot be applied to; the text is the API server's.
        case typed(FieldPath, String)
    }

    package var problem: Problem

    package init(_ problem: Problem) { self.problem = problem }
}

extension KubernetesError: CustomStringConvertible {
    package var description: String {
        switch problem {
        case .selector(let text): "invalid selector: \(text)"
        case .managedFields(let text): "invalid managed fields: \(text)"
        case .patch(let text): "invalid patch: \(text)"
        case .typed(let path, let text): path.elements.isEmpty ? text : "\(path): \(text)"
        }
    }
}
