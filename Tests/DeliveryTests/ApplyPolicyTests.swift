import Cluster
@testable import Delivery
import Document
import Kubernetes
import Testing

/// What is done when the server refuses an apply.
@Suite struct ApplyPolicyTests {
    private func conflict(_ owners: [(manager: String, field: String)]) -> ClusterError {
        ClusterError(
            .conflict, code: 409, message: "Apply failed with conflicts",
            causes: owners.map { .init(type: "FieldManagerConflict", field: $0.field, message: "conflict with \"\($0.manager)\" using apps/v1") })
    }

    /// A namespace that is about to be there, or to be gone.
    @Test(arguments: [
        (ClusterError(.notFound, code: 404, message: "namespaces \"shop\" not found"), true),
        (ClusterError(.forbidden, code: 403, message: "unable to create new content in namespace shop because it is being terminated"), true),
        (ClusterError(.forbidden, code: 403, message: "User \"martlet\" cannot create"), false),
        (ClusterError(.invalid, code: 422, message: "no"), false),
    ]) func whatPassesByItself(_ error: ClusterError, _ isTransient: Bool) throws {
        let sent = try object(configuration("a"))
        #expect(ApplyFailure(error, about: sent.key, sent).isTransient == isTransient)
        #expect(!ApplyFailure(error, about: sent.key).isTransient, "what is deleted needs no namespace")
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var owners: [(manager: String, field: String)]
        var isDrift = false
        var isKnown = false
        var forces = false
        var decision: ConflictDecision?
        var testDescription: String { "\(owners) drift \(isDrift) known \(isKnown) forces \(forces)" }
    }

    @Test(arguments: [
        Case(owners: [("kubectl-edit", ".spec.replicas")], isDrift: true, decision: .force),
        Case(owners: [("kubectl-edit", ".spec.replicas")], isKnown: true, decision: .force),
        Case(owners: [("kubectl-edit", ".spec.replicas")], decision: nil),
        Case(owners: [("someone", ".data.x")], isKnown: true, decision: nil),
        Case(owners: [("someone", ".data.x")], isDrift: true, decision: .force),
        Case(owners: [("someone", ".data.x")], forces: true, decision: .force),
        Case(owners: [("kubectl-client-side-apply", ".data.x")], decision: .adopt),
        Case(owners: [("before-first-apply", ".data.x"), ("kubectl-client-side-apply", ".data.y")], decision: .adopt),
        Case(owners: [("kubectl-client-side-apply", ".data.x"), ("helm", ".data.y")], decision: nil),
        Case(owners: [("kube-controller-manager", ".spec.replicas")], decision: .yieldReplicas),
        Case(owners: [("kube-controller-manager", ".spec.replicas")], isDrift: true, decision: .yieldReplicas),
        Case(owners: [("kube-controller-manager", ".spec.template")], decision: nil),
        Case(owners: [], decision: nil),
    ]) func conflicts(_ test: Case) {
        let decision = decide(conflict: conflict(test.owners), isDrift: test.isDrift, isKnown: test.isKnown, forces: test.forces)
        if let wanted = test.decision {
            #expect(decision == wanted)
        } else if case .report(let text) = decision {
            for owner in test.owners { #expect(text.contains("\(owner.field) is set by \"\(owner.manager)\"")) }
            #expect(text.contains("--force-conflicts"))
        } else {
            Issue.record("\(decision)")
        }
    }

    @Test func anUnknownWordingIsStillReported() {
        let error = ClusterError(.conflict, message: "m", causes: [.init(type: "", field: ".a", message: "odd")])
        #expect(decide(conflict: error, isDrift: false, isKnown: false, forces: false) == .report(".a is set by \"odd\": remove it there or in git, or take it with \"martlet sync --force-conflicts\""))
    }

    @Test(arguments: [
        ("Deployment.apps \"a\" is invalid: spec.selector: Invalid value: field is immutable", true),
        ("StatefulSet.apps \"a\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden", true),
        ("Service \"a\" is invalid: spec.clusterIP: Invalid value: may not change once set", true),
        ("Pod \"a\" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`", true),
        ("RoleBinding.rbac \"a\" is invalid: roleRef: Invalid value: cannot change roleRef", true),
        ("PersistentVolumeClaim \"a\" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests", true),
        ("StorageClass.storage.k8s.io \"a\" is invalid: parameters: Forbidden: updates to parameters are forbidden.", true),
        ("Deployment.apps \"a\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0", false),
    ]) func immutable(_ message: String, _ isOne: Bool) {
        #expect(isImmutableChange(ClusterError(.invalid, code: 422, message: message)) == isOne)
        #expect(isImmutableChange(ClusterError(.invalid, code: 422, message: "x", causes: [.init(type: "", field: "", message: message)])) == isOne)
        #expect(!isImmutableChange(ClusterError(.forbidden, code: 403, message: message)))
    }

    @Test(arguments: [
        ("apps", "Deployment", true, true), ("apps", "Deployment", false, false), ("batch", "Job", true, true), ("apps", "StatefulSet", true, false),
        ("", "PersistentVolumeClaim", true, false), ("", "PersistentVolume", true, false), ("", "Namespace", true, false),
        ("apiextensions.k8s.io", "CustomResourceDefinition", true, false),
    ]) func replacing(_ group: String, _ kind: String, _ says: Bool, _ replaces: Bool) {
        var policy = ObjectPolicy()
        policy.replaces = says
        let decision = decide(
            immutable: ClusterError(.invalid, code: 422, message: "field is immutable"), policy: policy, kind: GroupKind(group: group, kind: kind))
        if case .report(let text) = decision {
            #expect(!replaces && text.hasPrefix("field is immutable: "))
            #expect(text.contains(says ? "never replaced automatically" : "martlet.dev/replace: \"true\""))
        } else {
            #expect(replaces)
        }
    }

    @Test func adoption() throws {
        func live(_ managers: String...) throws -> Object {
            let entries = managers.map { name in
                let operation = name == "martlet" ? "Apply" : "Update"
                return "{manager: \(name), operation: \(operation), apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {\"f:data\": {\"f:\(name)\": {}}}}"
            }
            return try object(
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, resourceVersion: \"7\", managedFields: [\(entries.joined(separator: ", "))]}}")
        }
        let patch = try #require(adoptedFields(try live("martlet", "kubectl-client-side-apply", "kubectl-edit")))
        let managed = try #require(patch[path: "metadata", "managedFields"]?.sequence)
        #expect(managed.map { $0["manager"]?.string } == ["martlet", "kubectl-edit"])
        #expect(managed.first?[path: "fieldsV1", "f:data"]?.mapping?.count == 2)
        #expect(patch[path: "metadata", "resourceVersion"]?.string == "7", "a compare-and-swap")
        #expect(try adoptedFields(live("martlet", "kubectl-edit")) == nil)
        #expect(try adoptedFields(live("kubectl-client-side-apply")) == nil)
        #expect(try adoptedFields(object("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, managedFields: 7}}")) == nil)
    }
}
