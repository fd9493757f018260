import Document
import Kubernetes
import Testing

@Suite struct FieldSetTests {
    /// As a 1.32 server wrote it for a Deployment.
    static let fieldsV1 = """
        f:metadata:
          f:labels:
            .: {}
            f:app: {}
        f:spec:
          f:replicas: {}
          f:template:
            f:spec:
              f:containers:
                'k:{"name":"web"}':
                  .: {}
                  f:image: {}
                  f:ports:
                    'k:{"containerPort":80,"protocol":"TCP"}':
                      .: {}
                      f:containerPort: {}
        """

    @Test func readsAndWritesFieldsV1() throws {
        let value = try yaml(Self.fieldsV1)
        let set = try FieldSet(fieldsV1: value)
        #expect(set.fieldsV1 == value)
        #expect(
            set.paths.map(\.description) == [
                ".metadata.labels", ".metadata.labels.app", ".spec.replicas", ".spec.template.spec.containers[name=\"web\"]",
                ".spec.template.spec.containers[name=\"web\"].image",
                ".spec.template.spec.containers[name=\"web\"].ports[containerPort=80,protocol=\"TCP\"]",
                ".spec.template.spec.containers[name=\"web\"].ports[containerPort=80,protocol=\"TCP\"].containerPort",
            ])
        #expect(set.contains(FieldPath(fields: "spec", "replicas")))
        #expect(!set.contains(FieldPath(fields: "spec")))
    }

    @Test func keysAreCanonical() throws {
        let one = try FieldSet(fieldsV1: yaml(#"'k:{"protocol":"TCP","containerPort":80}': {}"#))
        let other = try FieldSet(fieldsV1: yaml(#"'k:{"containerPort":80,"protocol":"TCP"}': {}"#))
        #expect(one == other)
        #expect(try FieldSet(fieldsV1: yaml(#"{'v:"a"': {}, 'i:3': {}}"#)).paths.map(\.description) == ["[=\"a\"]", "[3]"])
    }

    @Test(arguments: ["x:name: {}", "'k:[1]': {}", "'k:{': {}", "'i:x': {}", "'v:': {}", "f:a: 3"])
    func refusesWhatIsNoFieldSet(text: String) throws {
        let value = try yaml(text)
        #expect(throws: KubernetesError.self) { try FieldSet(fieldsV1: value) }
    }

    static func set(_ paths: String...) -> FieldSet {
        FieldSet(paths.map { FieldPath($0.split(separator: ".").map { .field(String($0)) }) })
    }

    @Test func setOperations() {
        let left = Self.set("a", "a.b", "c.d", "e")
        let right = Self.set("a", "c.d", "c.x")
        #expect(left.union(right) == Self.set("a", "a.b", "c.d", "c.x", "e"))
        #expect(left.intersection(right) == Self.set("a", "c.d"))
        #expect(left.subtracting(right) == Self.set("a.b", "e"))
        #expect(left.subtractingTrees(right) == Self.set("e"))
        #expect(left.leaves == Self.set("a.b", "c.d", "e"))
        #expect(left.subtracting(left).isEmpty)
    }

    @Test func readsManagedFields() throws {
        let live = try object(
            """
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: x
              managedFields:
              - {manager: martlet, operation: Apply, apiVersion: v1, time: "2026-01-01T00:00:00Z", fieldsType: FieldsV1, fieldsV1: {f:data: {f:a: {}}}}
              - {manager: kubectl, operation: Update, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {f:data: {f:b: {}}}}
              - {manager: martlet, operation: Update, apiVersion: v1, subresource: status, fieldsType: FieldsV1, fieldsV1: {f:status: {}}}
            """)
        #expect(ownedFields(of: live, manager: "martlet") == Self.set("data.a"))
        #expect(ownedFields(of: live, manager: "martlet", subresource: "status") == Self.set("status"))
        #expect(ownedFields(of: live, manager: "nobody").isEmpty)
        let managed = try ManagedFields(of: live)
        #expect(managed.value?[0]?["manager"] == "martlet")
        #expect(managed.value?.sequence?.count == 3)
        var copy = live
        copy.value[path: "metadata", "managedFields"] = managed.value
        #expect(try Set(ManagedFields(of: copy).entries) == Set(managed.entries))
    }

    @Test func valuesAreTheOwnedOnesOnly() throws {
        let set = try FieldSet(fieldsV1: yaml(Self.fieldsV1))
        let live = try object(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: x, labels: {app: x, other: y}}
            spec:
              replicas: 2
              paused: false
              template:
                spec:
                  containers:
                  - {name: side, image: s}
                  - {name: web, image: w, ports: [{containerPort: 80, protocol: TCP}]}
            """)
        let values = set.values(in: live)
        #expect(
            try values
                == yaml(
                    """
                    f:metadata: {f:labels: {f:app: x}}
                    f:spec:
                      f:replicas: 2
                      f:template: {f:spec: {f:containers: {'k:{"name":"web"}': {f:image: w, f:ports: {'k:{"containerPort":80,"protocol":"TCP"}': {f:containerPort: 80}}}}}}
                    """))
        // The order of items, and fields of others, make no difference.
        var other = live
        other.value[path: "spec", "paused"] = true
        other.value[path: "spec", "template", "spec", "containers"] = .sequence(
            (live.value[path: "spec", "template", "spec", "containers"]?.sequence ?? []).reversed())
        #expect(set.values(in: other) == values)
        other.value[path: "spec", "replicas"] = 3
        #expect(set.values(in: other) != values)
    }
}
