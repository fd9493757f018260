internal import Basics
internal import Kubernetes

/// What one caller may list, asked once for each kind and namespace: first for all namespaces, which is one question
/// for most people.
struct Visibility: Sendable, Hashable {
    /// Without a namespace: all of them, or of what belongs to none.
    private struct Scope: Hashable {
        var kind: GroupKind
        var namespace: String
    }

    private var answers: [Scope: Bool] = [:]

    /// Whoever may list these in all namespaces sees what belongs to no workload.
    static let deployments = GroupKind(group: "apps", kind: "Deployment")

    /// Questions of one caller at once: a cluster that is far answers in time, and others are heard, too.
    static let atOnce = 4

    /// - Parameter keys: what it will be asked about; their names do not matter.
    static func of(_ admission: AccessControl.Admission, among keys: some Sequence<ObjectKey>) async throws(APIFailure) -> Visibility {
        var visibility = Visibility()
        try await visibility.learn(of: keys, admission)
        return visibility
    }

    /// Asks what is not known yet.
    mutating func learn(of keys: some Sequence<ObjectKey>, _ admission: AccessControl.Admission) async throws(APIFailure) {
        let wanted = Set(keys.map { Scope(kind: $0.groupKind, namespace: $0.namespace) })
        try await ask(Set(wanted.map(\.kind)).union([Self.deployments]).map { Scope(kind: $0, namespace: "") }, admission)
        try await ask(wanted.filter { !sees($0) }, admission)
    }

    private mutating func ask(_ scopes: some Sequence<Scope>, _ admission: AccessControl.Admission) async throws(APIFailure) {
        let found = try await gathered(scopes.filter { answers[$0] == nil }, atOnce: Self.atOnce) { (scope: Scope) async throws(APIFailure) in
            (scope, try await Self.answer(scope, admission))
        }
        for (scope, isAllowed) in found { answers[scope] = isAllowed }
    }

    private static func answer(_ scope: Scope, _ admission: AccessControl.Admission) async throws(APIFailure) -> Bool {
        try await admission.may(.list, ObjectKey(group: scope.kind.group, kind: scope.kind.kind, namespace: scope.namespace, name: ""), name: nil)
    }

    private func sees(_ scope: Scope) -> Bool { answers[Scope(kind: scope.kind, namespace: "")] == true || answers[scope] == true }

    func sees(_ key: ObjectKey) -> Bool { sees(Scope(kind: key.groupKind, namespace: key.namespace)) }

    /// May list Deployments in all namespaces: what belongs to no workload is theirs to see too.
    var isWide: Bool { answers[Scope(kind: Self.deployments, namespace: "")] == true }
}

extension AccessControl.Admission {
    /// Refuses whoever may not do something with the Deployments of all namespaces.
    func mustEverywhere(_ verb: AccessVerb) async throws(APIFailure) {
        let kind = Visibility.deployments
        guard try await may(verb, ObjectKey(group: kind.group, kind: kind.kind, namespace: "", name: ""), name: nil) else {
            throw refusal(verb, "deployments in all namespaces")
        }
    }
}
