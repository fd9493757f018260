internal import Basics

/// PromQL with places for the names of a rollout, `{{pods}}` for example.
///
/// A place stands inside a string in quotes, so that what is put there, with its
/// quotes and patterns escaped, is a value and never a part of the query.
/// `{{pods}}` and `{{services}}` are patterns and stand behind `=~` or `!~`.
package struct QueryTemplate: Sendable, Hashable {
    package enum Placeholder: String, Sendable, Hashable, CaseIterable {
        case namespace, workload
        /// `stable` or `next`.
        case arm
        /// The `pod-template-hash` of the arm's pods.
        case hash
        /// A pattern of the names of the arm's pods.
        case pods
        /// A pattern of the names of the Services that lead to the arm alone.
        case services

        /// Whether it tells one arm from the other.
        var isOfArm: Bool { self != .namespace && self != .workload }
        var isPattern: Bool { self == .pods || self == .services }
    }

    /// What is wrong with a text.
    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        package var description: String
    }

    private enum Part: Sendable, Hashable {
        case text(String)
        case place(Placeholder, quote: Character, isPattern: Bool)
    }

    /// As it was written.
    package let text: String
    private let parts: [Part]

    private static let longest = 8192

    package init(_ text: String) throws(Problem) {
        guard text.utf8.count <= Self.longest else { throw Problem(description: "it is longer than \(Self.longest) bytes") }
        guard text.contains(where: { !$0.isWhitespace }) else { throw Problem(description: "it is empty") }
        self.text = text
        parts = try Self.parse(text)
    }

    /// Whether it can give one arm's numbers.
    package var namesArm: Bool {
        parts.contains { if case .place(let place, _, _) = $0 { place.isOfArm } else { false } }
    }

    /// The query for one arm.
    package func query(_ arm: Arm, _ identity: ArmIdentity) -> String {
        var query = ""
        for part in parts {
            switch part {
            case .text(let text): query += text
            case .place(let place, let quote, let isPattern):
                let value =
                    switch place {
                    case .pods: PromQL.pattern(anyOf: identity.pods)
                    case .services: PromQL.pattern(anyOf: identity.services)
                    case .namespace: Self.value(identity.namespace, isPattern)
                    case .workload: Self.value(identity.workload, isPattern)
                    case .arm: Self.value(arm.rawValue, isPattern)
                    case .hash: Self.value(identity.hash, isPattern)
                    }
                query += PromQL.escaped(value, in: quote)
            }
        }
        return query
    }

    private static func value(_ text: String, _ isPattern: Bool) -> String { isPattern ? PromQL.literalPattern(text) : text }

    // MARK: reading

    private static func parse(_ text: String) throws(Problem) -> [Part] {
        var parts: [Part] = []
        var plain = ""
        var rest = Substring(text)
        /// Of the string that is open.
        var quote: Character?
        var isPattern = false
        /// The last two characters of the query outside of strings that are no spaces: the operator.
        var operation = ""
        while let character = rest.first {
            if rest.hasPrefix("{{") {
                let (place, length) = try placeholder(rest)
                guard let quote, quote != "`" else {
                    throw Problem(description: "{{\(place.rawValue)}} stands outside of a string in double quotes: write pod=~\"{{pods}}\", for example")
                }
                guard isPattern || !place.isPattern else {
                    throw Problem(description: "{{\(place.rawValue)}} is a pattern: write =~ before it")
                }
                parts += [.text(plain), .place(place, quote: quote, isPattern: isPattern)]
                plain = ""
                rest = rest.dropFirst(length)
                continue
            }
            plain.append(character)
            rest = rest.dropFirst()
            if let open = quote {
                if character == "\\", open != "`", let escaped = rest.first {
                    plain.append(escaped)
                    rest = rest.dropFirst()
                } else if character == open {
                    quote = nil
                    operation = ""
                }
            } else if character == "\"" || character == "'" || character == "`" {
                quote = character
                isPattern = operation == "=~" || operation == "!~"
            } else if character == "#" {
                let comment = rest.prefix { !$0.isNewline }
                plain += comment
                rest = rest.dropFirst(comment.count)
            } else if !character.isWhitespace {
                operation = String((operation + String(character)).suffix(2))
            }
        }
        guard quote == nil else { throw Problem(description: "a string in it has no closing quote") }
        parts.append(.text(plain))
        return parts
    }

    private static func placeholder(_ rest: Substring) throws(Problem) -> (Placeholder, length: Int) {
        let inside = rest.dropFirst(2).prefix { $0 != "}" }
        guard rest.dropFirst(2 + inside.count).hasPrefix("}}") else { throw Problem(description: "a \"{{\" in it has no \"}}\"") }
        let name = String(inside.filter { !$0.isWhitespace })
        guard let place = Placeholder(rawValue: name) else {
            let names = Placeholder.allCases.map(\.rawValue)
            let hint = nearest(to: name, among: names).map { "did you mean {{\($0)}}?" } ?? "there are \(names.joined(separator: ", "))"
            throw Problem(description: "there is no {{\(name.prefix(50))}}, \(hint)")
        }
        return (place, inside.count + 4)
    }
}
