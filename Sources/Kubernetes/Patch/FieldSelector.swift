package import Document

/// Which objects by the values of their fields: `metadata.name=web,status.phase!=Running`.
package struct FieldSelector: Sendable, Hashable {
    package struct Requirement: Sendable, Hashable {
        /// Names from the root on, "status", "phase".
        package var path: [String]
        package var value: String
        package var isEqual: Bool
    }

    package var requirements: [Requirement] = []

    package init() {}

    /// From the text of a query; `\,`, `\=` and `\\` stand for themselves.
    package init(query: String) throws(KubernetesError) {
        for term in Self.split(query) where !term.allSatisfy(\.isWhitespace) {
            guard let (name, value, isEqual) = Self.parts(term) else {
                throw KubernetesError(.selector("\"\(String(term))\"; can't understand the field selector, expected \"field=value\""))
            }
            requirements.append(
                Requirement(path: name.split(separator: ".").map(String.init), value: value, isEqual: isEqual))
        }
    }

    package var isEmpty: Bool { requirements.isEmpty }

    /// A missing field counts as "".
    package func matches(_ object: Value) -> Bool {
        requirements.allSatisfy { (object[path: $0.path].map(Self.text) ?? "") == $0.value ? $0.isEqual : !$0.isEqual }
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .string(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .int(let number): "\(number)"
        case .double(let number): "\(number)"
        case .null, .sequence, .mapping: ""
        }
    }

    private static func split(_ query: String) -> [[Character]] {
        var terms: [[Character]] = [[]]
        var isEscaped = false
        for character in query {
            if character == ",", !isEscaped {
                terms.append([])
            } else {
                terms[terms.count - 1].append(character)
            }
            isEscaped = character == "\\" && !isEscaped
        }
        return terms
    }

    private static func parts(_ term: [Character]) -> (name: String, value: String, isEqual: Bool)? {
        guard let equals = term.firstIndex(of: "=") else { return nil }
        let isUnequal = equals > 0 && term[equals - 1] == "!"
        var value = term[(equals + 1)...]
        if !isUnequal, value.first == "=" { value = value.dropFirst() }
        let name = String(term[..<(isUnequal ? equals - 1 : equals)]).filter { !$0.isWhitespace }
        guard !name.isEmpty, let text = unescaped(value) else { return nil }
        return (name, text, !isUnequal)
    }

    private static func unescaped(_ characters: ArraySlice<Character>) -> String? {
        var text = ""
        var isEscaped = false
        for character in characters {
            if isEscaped {
                guard character == "\\" || character == "," || character == "=" else { return nil }
                text.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "=" {
                return nil
            } else {
                text.append(character)
            }
        }
        return isEscaped ? nil : text
    }
}
