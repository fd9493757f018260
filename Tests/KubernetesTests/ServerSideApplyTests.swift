import Document
import Kubernetes
import Testing

@Suite struct ServerSideApplyTests {
    let apply: ServerSideApply

    init() throws {
        apply = ServerSideApply(
            schema: try #require(Schema.builtIn(for: GroupVersionKind(apiVersion: "apps/v1", kind: "Deployment"))),
            apiVersion: "apps/v1", time: "2026-01-01T00:00:00Z")
    }

    static let base = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, labels: {app: web, tier: front}}
        spec:
          replicas: 2
          template:
            spec:
              containers:
              - name: web
                image: web:1
                env: [{name: A, value: "1"}, {name: B, value: "2"}]
        """

    func first() throws -> (Value, ManagedFields) {
        let outcome = try apply.apply(yaml(Self.base), to: [:], managed: ManagedFields(), manager: "martlet", force: false)
        #expect(outcome.conflicts.isEmpty)
        return (outcome.object, outcome.managed)
    }

    @Test func theFirstApplyOwnsWhatItSays() throws {
        let (object, managed) = try first()
        #expect(try object == yaml(Self.base))
        #expect(
            managed.appliedFields(of: "martlet").paths.map(\.description) == [
                ".metadata.labels.app", ".metadata.labels.tier", ".spec.replicas",
                ".spec.template.spec.containers[name=\"web\"]",
                ".spec.template.spec.containers[name=\"web\"].env[name=\"A\"]",
                ".spec.template.spec.containers[name=\"web\"].env[name=\"A\"].name",
                ".spec.template.spec.containers[name=\"web\"].env[name=\"A\"].value",
                ".spec.template.spec.containers[name=\"web\"].env[name=\"B\"]",
                ".spec.template.spec.containers[name=\"web\"].env[name=\"B\"].name",
                ".spec.template.spec.containers[name=\"web\"].env[name=\"B\"].value",
                ".spec.template.spec.containers[name=\"web\"].image", ".spec.template.spec.containers[name=\"web\"].name",
            ])
    }

    @Test func sameAgainChangesNothing() throws {
        let (object, managed) = try first()
        let again = try apply.apply(yaml(Self.base), to: object, managed: managed, manager: "martlet", force: false)
        #expect(again.object == object)
        #expect(again.managed == managed)
    }

    @Test func whatIsNoLongerWantedGoes() throws {
        let (object, managed) = try first()
        let wanted = try yaml(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, labels: {app: web}}
            spec:
              template: {spec: {containers: [{name: web, image: "web:2", env: [{name: B, value: "2"}]}]}}
            """)
        let next = try apply.apply(wanted, to: object, managed: managed, manager: "martlet", force: false)
        #expect(next.object == wanted)
    }

    @Test func whatOthersOwnStays() throws {
        var (object, managed) = try first()
        var scaled = object
        scaled[path: "spec", "replicas"] = 5
        scaled[path: "metadata", "labels", "extra"] = "x"
        managed = try apply.update(from: object, to: scaled, managed: managed, manager: "hpa")
        object = scaled
        #expect(managed.fields(of: "hpa").paths.map(\.description) == [".metadata.labels.extra", ".spec.replicas"])
        #expect(!managed.appliedFields(of: "martlet").contains(FieldPath(fields: "spec", "replicas")))

        // Wanting the old value is a conflict, and nothing happens without force.
        let refused = try apply.apply(yaml(Self.base), to: object, managed: managed, manager: "martlet", force: false)
        #expect(refused.conflicts.map(\.path.description) == [".spec.replicas"])
        #expect(refused.conflicts.map(\.manager) == ["hpa"])
        #expect(refused.object == object)
        let forced = try apply.apply(yaml(Self.base), to: object, managed: managed, manager: "martlet", force: true)
        #expect(forced.object[path: "spec", "replicas"] == 2)
        #expect(forced.object[path: "metadata", "labels", "extra"] == "x")
        #expect(forced.managed.fields(of: "hpa").paths.map(\.description) == [".metadata.labels.extra"])

        // Not saying it leaves it to the other.
        var silent = try yaml(Self.base)
        silent[path: "spec", "replicas"] = nil
        let left = try apply.apply(silent, to: object, managed: managed, manager: "martlet", force: false)
        #expect(left.object[path: "spec", "replicas"] == 5)
    }

    @Test func aFieldOfTwoOwnersGoesWithTheLast() throws {
        let (object, managed) = try first()
        let small = try yaml("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, labels: {tier: front}}}")
        let shared = try apply.apply(small, to: object, managed: managed, manager: "other", force: false)
        #expect(shared.conflicts.isEmpty)
        let bare = try yaml("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}}")
        let one = try apply.apply(bare, to: shared.object, managed: shared.managed, manager: "martlet", force: false)
        #expect(try one.object == yaml("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, labels: {tier: front}}}"))
        let none = try apply.apply(bare, to: one.object, managed: one.managed, manager: "other", force: false)
        #expect(none.object == bare)
        #expect(none.managed.entries.isEmpty)
    }

    @Test func itemsKeepTheirPlace() throws {
        let live = try yaml("{spec: {template: {spec: {containers: [{name: a}, {name: x}, {name: b}]}}}}")
        let wanted = try yaml("{spec: {template: {spec: {containers: [{name: b, image: i}, {name: c}]}}}}")
        let merged = try StructuredMerge.merge(live, with: wanted, schema: apply.schema)
        #expect(
            merged[path: "spec", "template", "spec", "containers"]?.sequence?.compactMap { $0["name"]?.string }
                == ["a", "x", "b", "c"])
    }

    @Test(arguments: [
        ("{spec: {replicas: three}}", ".spec.replicas: expected numeric (int or float), got a string"),
        ("{spec: {paused: 1}}", ".spec.paused: expected boolean, got an integer"),
        ("{spec: {template: {spec: {containers: {}}}}}", ".spec.template.spec.containers: expected list, got a mapping"),
        (
            "{spec: {template: {spec: {containers: [{name: a}, {name: a}]}}}}",
            ".spec.template.spec.containers: duplicate entries for key [name=\"a\"]"
        ),
    ])
    func refusesWhatDoesNotFit(text: String, message: String) throws {
        let value = try yaml(text)
        #expect {
            try FieldSet(of: value, schema: apply.schema)
        } throws: {
            ($0 as? KubernetesError)?.description == message
        }
    }

    @Test func portsWithoutProtocolAreTCP() throws {
        let live = try yaml("{spec: {template: {spec: {containers: [{name: a, ports: [{containerPort: 80, protocol: TCP}]}]}}}}")
        let wanted = try yaml("{spec: {template: {spec: {containers: [{name: a, ports: [{containerPort: 80, name: http}]}]}}}}")
        let merged = try StructuredMerge.merge(live, with: wanted, schema: apply.schema)
        #expect(
            try merged
                == yaml("{spec: {template: {spec: {containers: [{name: a, ports: [{containerPort: 80, name: http, protocol: TCP}]}]}}}}"))
    }

    @Test func extractsWhatSomeoneOwns() throws {
        let live = try yaml(
            "{metadata: {labels: {a: x, b: v}}, spec: {replicas: 2, paused: true, template: {spec: {volumes: [], containers: [{name: web, image: i, args: [z]}, {name: q}]}}}}")
        let set = try FieldSet(
            of: yaml("{metadata: {labels: {a: x}}, spec: {replicas: 2, template: {spec: {containers: [{name: web, image: i}]}}}}"), schema: apply.schema)
        #expect(
            try StructuredMerge.extract(set, from: live, schema: apply.schema)
                == yaml("{metadata: {labels: {a: x}}, spec: {replicas: 2, template: {spec: {containers: [{name: web, image: i}]}}}}"))
        #expect(
            try StructuredMerge.remove(set, from: live, schema: apply.schema)
                == yaml("{metadata: {labels: {b: v}}, spec: {paused: true, template: {spec: {volumes: [], containers: [{name: q}]}}}}"))
        #expect(StructuredMerge.extract(FieldSet(), from: live, schema: apply.schema) == [:])
    }
}
