package import Document

/// Which objects by their labels, from `matchLabels` and `matchExpressions` or
/// from the text of a query. Without requirements it selects everything.
package struct LabelSelector: Sendable, Hashable {
    package enum Operator: Sendable, Hashable {
        case isIn, notIn, exists, doesNotExist, greaterThan, lessThan
    }

    package struct Requirement: Sendable, Hashable {
        package var key: String
        package var `operator`: Operator
        package var values: [String]

        package init(_ key: String, _ operator: Operator, _ values: [String] = []) {
            self.key = key
            self.operator = `operator`
            self.values = values
        }

        /// A missing label satisfies `notIn` and `doesNotExist` only.
        package func matches(_ label: String?) -> Bool {
            switch `operator` {
            case .isIn: label.map(values.contains) ?? false
            case .notIn: label.map { !values.contains($0) } ?? true
            case .exists: label != nil
            case .doesNotExist: label == nil
            case .greaterThan: compare(label) { $0 > $1 }
            case .lessThan: compare(label) { $0 < $1 }
            }
        }

        private func compare(_ label: String?, _ isRight: (Int64, Int64) -> Bool) -> Bool {
            guard let label, let left = Int64(label), let right = values.first.flatMap({ Int64($0) }) else { return false }
            return isRight(left, right)
        }
    }

    package var requirements: [Requirement]

    package init(_ requirements: [Requirement] = []) { self.requirements = requirements }

    /// `matchLabels` alone: the selector of a Service.
    package init(labels: Mapping) {
        requirements = labels.sorted.map { Requirement($0.key, .isIn, [$0.value.string ?? ""]) }
    }

    package var isEmpty: Bool { requirements.isEmpty }

    package func matches(_ labels: Mapping) -> Bool {
        requirements.allSatisfy { $0.matches(labels[$0.key]?.string) }
    }
}

extension LabelSelector {
    /// From `metav1.LabelSelector`; null selects everything here, the caller knows
    /// where it means nothing.
    package init(_ value: Value) throws(KubernetesError) {
        var requirements: [Requirement] = []
        if let labels = value["matchLabels"], !labels.isNull {
            guard let mapping = labels.mapping else { throw Self.invalid("\"matchLabels\" is \(labels.kindName), not a mapping") }
            for entry in mapping.sorted {
                guard let text = entry.value.string else { throw Self.invalid("the value of label \"\(entry.key)\" is no string") }
                requirements.append(Requirement(entry.key, .isIn, [text]))
            }
        }
        for expression in value["matchExpressions"]?.sequence ?? [] {
            guard let key = expression["key"]?.string else { throw Self.invalid("an expression lacks its \"key\"") }
            let values = expression["values"]?.sequence?.compactMap(\.string) ?? []
            let name = expression["operator"]?.string ?? ""
            switch name {
            case "In", "NotIn":
                if values.isEmpty { throw Self.invalid("\"\(name)\" for \"\(key)\" needs values") }
                requirements.append(Requirement(key, name == "In" ? .isIn : .notIn, values))
            case "Exists", "DoesNotExist":
                if !values.isEmpty { throw Self.invalid("\"\(name)\" for \"\(key)\" takes no values") }
                requirements.append(Requirement(key, name == "Exists" ? .exists : .doesNotExist))
            default: throw Self.invalid("\"\(name)\" is not a valid label selector operator")
            }
        }
        for requirement in requirements { try requirement.check() }
        self.requirements = requirements
    }

    /// From the text of a query: `app=shop,tier in (web,api),!legacy`.
    package init(query: String) throws(KubernetesError) {
        var reader = QueryReader(query)
        requirements = try reader.requirements()
    }

    /// The text of a query that means the same.
    package var query: String {
        requirements.map { requirement in
            let key = requirement.key
            let values = requirement.values.sorted()
            return switch requirement.operator {
            case .exists: key
            case .doesNotExist: "!\(key)"
            case .isIn where values.count == 1: "\(key)=\(values[0])"
            case .isIn: "\(key) in (\(values.joined(separator: ",")))"
            case .notIn where values.count == 1: "\(key)!=\(values[0])"
            case .notIn: "\(key) notin (\(values.joined(separator: ",")))"
            case .greaterThan: "\(key)>\(values.joined())"
            case .lessThan: "\(key)<\(values.joined())"
            }
        }.joined(separator: ",")
    }

    static func invalid(_ text: String) -> KubernetesError { KubernetesError(.selector(text)) }
}

extension LabelSelector.Requirement {
    /// Keys and values must be ones a label can have.
    func check() throws(KubernetesError) {
        guard ObjectName.isQualifiedName(key) else { throw LabelSelector.invalid("\"\(key)\" is not a valid label key") }
        for value in values where !ObjectName.isLabelValue(value) {
            throw LabelSelector.invalid("\"\(value)\" is not a valid label value")
        }
    }
}

/// The grammar of a selector's query (apimachinery `labels.Parse`).
private struct QueryReader {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    mutating func requirements() throws(KubernetesError) -> [LabelSelector.Requirement] {
        var found: [LabelSelector.Requirement] = []
        skipSpace()
        while !rest.isEmpty {
            let requirement = try requirement()
            try requirement.check()
            found.append(requirement)
            skipSpace()
            if rest.isEmpty { break }
            guard skip(",") else { throw unexpected("\",\"") }
            skipSpace()
            if rest.isEmpty { throw unexpected("a label key") }
        }
        return found
    }

    private mutating func requirement() throws(KubernetesError) -> LabelSelector.Requirement {
        if skip("!") {
            skipSpace()
            return LabelSelector.Requirement(try key(), .doesNotExist)
        }
        let key = try key()
        skipSpace()
        if rest.isEmpty || rest.first == "," { return LabelSelector.Requirement(key, .exists) }
        if skip("!=") { return LabelSelector.Requirement(key, .notIn, [value()]) }
        if skip("==") || skip("=") { return LabelSelector.Requirement(key, .isIn, [value()]) }
        if skip(">") { return LabelSelector.Requirement(key, .greaterThan, [try number()]) }
        if skip("<") { return LabelSelector.Requirement(key, .lessThan, [try number()]) }
        switch word() {
        case "in": return LabelSelector.Requirement(key, .isIn, try list())
        case "notin": return LabelSelector.Requirement(key, .notIn, try list())
        default: throw unexpected("one of \"=\", \"!=\", \"in\", \"notin\"")
        }
    }

    private mutating func key() throws(KubernetesError) -> String {
        let key = word()
        if key.isEmpty { throw unexpected("a label key") }
        return key
    }

    private mutating func number() throws(KubernetesError) -> String {
        let text = value()
        guard Int64(text) != nil else { throw LabelSelector.invalid("\"\(text)\" is no integer") }
        return text
    }

    private mutating func value() -> String {
        skipSpace()
        return word()
    }

    private mutating func list() throws(KubernetesError) -> [String] {
        skipSpace()
        guard skip("(") else { throw unexpected("\"(\"") }
        var values: [String] = []
        repeat { values.append(value()); skipSpace() } while skip(",")
        guard skip(")") else { throw unexpected("\")\"") }
        return values
    }

    private mutating func word() -> String {
        let word = rest.prefix { !" \t\n,()=!<>".contains($0) }
        rest = rest.dropFirst(word.count)
        return String(word)
    }

    private mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "\n" } }

    private mutating func skip(_ text: String) -> Bool {
        guard rest.hasPrefix(text) else { return false }
        rest = rest.dropFirst(text.count)
        return true
    }

    private func unexpected(_ expected: String) -> KubernetesError {
        LabelSelector.invalid(rest.isEmpty ? "ends where \(expected) was expected" : "found \"\(rest)\", expected \(expected)")
    }
}
