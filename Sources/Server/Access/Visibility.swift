internal import Kubernetes

/// What one caller may list, asked once for each kind and namespace: first for all namespaces, which is one question
/// for most people.
struct Visibility: Sendable, Hashable {
    private struct Scope: Hashable {
        var kind: GroupKind
        var namespace: String
    }

    private let everywhere: Set<GroupKind>
    private let scopes: Set<Scope>

    /// Whoever may list these in all namespaces sees what belongs to no workload.
    static let deployments = GroupKind(group: "apps", kind: "Deployment")

    private init(everywhere: Set<GroupKind>, scopes: Set<Scope>) { (self.everywhere, self.scopes) = (everywhere, scopes) }

    /// - Parameter keys: what it will be asked about; their names do not matter.
    static func of(_ admission: AccessControl.Admission, among keys: some Sequence<ObjectKey>) async throws(APIFailure) -> Visibility {
        let wanted = Set(keys.map { Scope(kind: $0.groupKind, namespace: $0.namespace) })
        var everywhere: Set<GroupKind> = []
        var scopes: Set<Scope> = []
        for kind in Set(wanted.map(\.kind)).union([deployments]) {
            if try await admission.may(.list, ObjectKey(group: kind.group, kind: kind.kind, namespace: "", name: ""), name: nil) { everywhere.insert(kind) }
        }
        for scope in wanted where !everywhere.contains(scope.kind) && !scope.namespace.isEmpty {
            let key = ObjectKey(group: scope.kind.group, kind: scope.kind.kind, namespace: scope.namespace, name: "")
            if try await admission.may(.list, key, name: nil) { scopes.insert(scope) }
        }
        return Visibility(everywhere: everywhere, scopes: scopes)
    }

    func sees(_ key: ObjectKey) -> Bool {
        everywhere.contains(key.groupKind) || scopes.contains(Scope(kind: key.groupKind, namespace: key.namespace))
    }

    /// May list Deployments in all namespaces: what belongs to no workload is theirs to see too.
    var isWide: Bool { everywhere.contains(Self.deployments) }
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
