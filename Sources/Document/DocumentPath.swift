/// The way from a document's root to one of its values.
package struct DocumentPath: Sendable, Hashable {
    package enum Step: Sendable, Hashable {
        case key(String)
        case index(Int)
    }

    package var steps: [Step]

    package init(_ steps: [Step] = []) { self.steps = steps }

    package func appending(_ step: Step) -> DocumentPath { DocumentPath(steps + [step]) }
}

extension DocumentPath: CustomStringConvertible {
    /// As kubectl and the API server write it: `spec.template.spec.containers[0].image`;
    /// a key with dots stands in brackets: `metadata.annotations[martlet.dev/strategy]`.
    package var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .index(let index): text += "[\(index)]"
            case .key(let key) where key.contains(".") || key.contains("/"): text += "[\(key)]"
            case .key(let key): text += text.isEmpty ? key : ".\(key)"
            }
        }
        return text
    }
}

extension DocumentPath: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: Step...) { steps = elements }
}

extension Value {
    /// The value at a path; nil as soon as a step leads nowhere.
    package subscript(_ path: DocumentPath) -> Value? {
        var value = self
        for step in path.steps {
            let next: Value? =
                switch step {
                case .key(let key): value[key]
                case .index(let index): value[index]
                }
            guard let next else { return nil }
            value = next
        }
        return value
    }
}
