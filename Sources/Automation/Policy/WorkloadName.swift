internal import Basics
package import Kubernetes

/// A workload as a person names it, in kubectl's forms (`deployment/front-end`,
/// `deploy/front-end`, `deployments.apps/front-end`, `rollouts.argoproj.io/x`) and
/// Flux v1's (`shop:deployment/front-end`), also with ` -n shop` behind it, as
/// Martlet prints it, or with nothing but a name.
package struct WorkloadName: Sendable, Hashable {
    /// The kind in lower case and in singular for the kinds Kubernetes has, as
    /// written for others; "" where none is said.
    package var resource: String
    /// Nil: any. "" is the core group.
    package var group: String?
    /// Nil: any.
    package var namespace: String?
    package var name: String

    /// Nil for what is none of the forms.
    package init?(_ text: String) {
        var words = text.split(separator: " ").map(String.init)
        var namespace: String?
        if words.count >= 2, let flag = words.first(where: { $0.hasPrefix("-") }) {
            guard words.count >= 3, words[words.count - 2] == flag, ["-n", "--namespace"].contains(flag) else { return nil }
            namespace = words.removeLast()
            words.removeLast()
        }
        try? self.init(words, namespace: namespace)
    }

    /// From the words of a command line, `deployment/front-end` or
    /// `deployment front-end`, and its `--namespace`.
    package init(_ words: [String], namespace option: String? = nil) throws(AutomationError) {
        let text = printable(words.joined(separator: " "), limit: 120)
        func malformed(_ problem: String) -> AutomationError {
            AutomationError(.invalid, "\"\(text)\" names no workload: \(problem)", advice: "write it like deployment/front-end -n shop")
        }
        guard (1...2).contains(words.count), let first = words.first, let last = words.last else {
            throw malformed("it takes one word, or a kind and a name")
        }
        var written = words.count == 2 ? first + "/" + last : first
        var namespace = option
        if let colon = written.firstIndex(of: ":") {
            let before = String(written[..<colon])
            guard option == nil || option == before else {
                throw malformed("it has the namespace \"\(printable(before, limit: 80))\" and the option has another")
            }
            namespace = before
            written = String(written[written.index(after: colon)...])
        }
        if let namespace, ObjectName.labelProblem(namespace) != nil {
            throw malformed("\"\(printable(namespace, limit: 80))\" is no namespace")
        }
        let parts = written.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (1...2).contains(parts.count), let name = parts.last else { throw malformed("it has more than one slash") }
        if ObjectName.subdomainProblem(name) != nil { throw malformed("\"\(printable(name, limit: 80))\" is no object's name") }
        self.name = name
        self.namespace = namespace
        guard parts.count == 2, let kind = parts.first else {
            (resource, group) = ("", nil)
            return
        }
        if ObjectName.subdomainProblem(kind.lowercased()) != nil { throw malformed("\"\(printable(kind, limit: 80))\" is no kind") }
        let pieces = kind.lowercased().split(separator: ".", maxSplits: 1).map(String.init)
        let word = pieces.first ?? ""
        resource = Self.singulars[word] ?? word
        group = pieces.count == 2 ? pieces.last.map(Self.withoutVersion) : nil
    }

    /// Kubernetes' short names and plurals of what has containers.
    private static let singulars: [String: String] = {
        var table: [String: String] = [:]
        let kinds = [
            ("deployment", "deploy"), ("statefulset", "sts"), ("daemonset", "ds"), ("cronjob", "cj"), ("job", ""), ("pod", "po"),
            ("replicaset", "rs"), ("replicationcontroller", "rc"),
        ]
        for (kind, short) in kinds {
            table[kind + "s"] = kind
            if !short.isEmpty { table[short] = kind }
        }
        return table
    }()

    /// kubectl takes `deployments.v1.apps` as well.
    private static func withoutVersion(_ text: String) -> String {
        let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
        guard let first = parts.first, first.first == "v", first.dropFirst().first?.isWholeNumber ?? false else { return text }
        return parts.count == 2 ? parts[1] : ""
    }
}

extension WorkloadName: CustomStringConvertible {
    /// `deployment.apps/front-end -n shop`
    package var description: String {
        let kind = resource.isEmpty ? "" : resource + (group.map { $0.isEmpty ? "" : ".\($0)" } ?? "") + "/"
        return kind + name + (namespace.map { " -n \($0)" } ?? "")
    }
}

extension WorkloadName: Comparable {
    package static func < (left: WorkloadName, right: WorkloadName) -> Bool {
        (left.namespace ?? "", left.name, left.resource, left.group ?? "") < (right.namespace ?? "", right.name, right.resource, right.group ?? "")
    }
}

extension WorkloadName {
    /// True when this may be the object that is meant.
    package func matches(_ key: ObjectKey) -> Bool {
        guard name == key.name, namespace ?? key.namespace == key.namespace else { return false }
        return isKind(key)
    }

    private func isKind(_ key: ObjectKey) -> Bool {
        if let group, group != key.group { return false }
        return resource.isEmpty || Self.words(for: key.kind).contains(resource)
    }

    /// A kind's singular and plural, as Kubernetes guesses them (`UnsafeGuessKindToResource`).
    private static func words(for kind: String) -> [String] {
        let singular = kind.lowercased()
        if singular.hasSuffix("s") { return [singular, singular + "es"] }
        if singular.hasSuffix("y") { return [singular, String(singular.dropLast()) + "ies"] }
        return [singular, singular + "s"]
    }

    /// The one object that is meant; an error with the nearest spelling, or with
    /// all that may be meant, where there is not one.
    package func resolve(among keys: some Sequence<ObjectKey>) throws(AutomationError) -> ObjectKey {
        let all = Set(keys).sorted()
        let found = all.filter(matches)
        if let only = found.first, found.count == 1 { return only }
        if found.count > 1 {
            let list = found.prefix(10).map(\.description)
            throw AutomationError(
                .ambiguous(found.map(\.description)), "\"\(self)\" may be any of \(found.count) workloads",
                advice: "say which: \(list.joined(separator: ", "))\(found.count > list.count ? ", …" : "")")
        }
        throw AutomationError(.notFound, "there is no workload \"\(self)\"", advice: advice(all))
    }

    private func advice(_ all: [ObjectKey]) -> String {
        if let elsewhere = all.first(where: { name == $0.name && isKind($0) }) { return "did you mean \"\(elsewhere)\"?" }
        if let other = all.first(where: { name == $0.name && namespace ?? $0.namespace == $0.namespace }) {
            return "did you mean \"\(other)\"?"
        }
        let places = [
            all.filter { isKind($0) && namespace ?? $0.namespace == $0.namespace },
            all.filter { namespace ?? $0.namespace == $0.namespace }, all,
        ]
        for keys in places {
            if let near = nearest(to: name, among: keys.map(\.name)), let key = keys.first(where: { $0.name == near }) {
                return "did you mean \"\(key)\"?"
            }
        }
        return all.isEmpty ? "the repository has none" : "\"martlet images\" lists them"
    }
}
