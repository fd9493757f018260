import Document
import Kubernetes
import Testing

@Suite struct PatchTests {
    @Test(arguments: [
        ("{a: 1, b: {c: 2}}", "{b: {c: null, d: 3}}", "{a: 1, b: {d: 3}}"),
        ("{a: [1]}", "{a: [2]}", "{a: [2]}"),
        ("{a: 1}", "[1]", "[1]"),
        ("[1]", "{a: {b: null}}", "{a: {}}"),
        ("{a: 1}", "{}", "{a: 1}"),
    ])
    func merge(original: String, patch: String, expected: String) throws {
        #expect(try mergePatch(yaml(original), yaml(patch)) == yaml(expected))
    }

    @Test(arguments: [
        ("{a: 1}", "[{op: add, path: /b, value: 2}]", "{a: 1, b: 2}"),
        ("{a: [1, 3]}", "[{op: add, path: /a/1, value: 2}]", "{a: [1, 2, 3]}"),
        ("{a: [1]}", "[{op: add, path: /a/-, value: 2}]", "{a: [1, 2]}"),
        ("{a: {b: 1}, c: 2}", "[{op: remove, path: /a/b}]", "{a: {}, c: 2}"),
        ("{a: 1}", "[{op: replace, path: /a, value: [x]}]", "{a: [x]}"),
        ("{x/y: 1, m~n: 2}", "[{op: remove, path: /x~1y}, {op: replace, path: /m~0n, value: 3}]", "{m~n: 3}"),
        ("{a: 1}", "[{op: move, from: /a, path: /b}]", "{b: 1}"),
        ("{a: [1]}", "[{op: copy, from: /a, path: /b}, {op: test, path: /b/0, value: 1}]", "{a: [1], b: [1]}"),
        ("{a: 1}", "[{op: replace, path: '', value: {b: 2}}]", "{b: 2}"),
    ])
    func operations(original: String, patch: String, expected: String) throws {
        #expect(try jsonPatch(yaml(original), yaml(patch)) == yaml(expected))
    }

    @Test(arguments: [
        "[{op: remove, path: /x}]", "[{op: test, path: /a, value: 2}]", "[{op: add, path: /x/y, value: 1}]", "[{op: add, path: a, value: 1}]",
        "[{op: frob, path: /a}]", "[{op: add, path: /a}]", "{}", "[{op: replace, path: /l/5, value: 1}]", "[{op: add, path: /l/01, value: 1}]",
        "[{op: move, from: /l, path: /l/0}]", "[{op: add, path: /l/9, value: 1}]",
    ])
    func refusedOperations(patch: String) throws {
        let document = try yaml("{a: 1, l: [1, 2]}"), operations = try yaml(patch)
        #expect(throws: KubernetesError.self) { try jsonPatch(document, operations) }
    }

    @Test func copiesOfCopiesAreLimited() throws {
        let operations = Value.sequence((0..<40).map { ["op": "copy", "from": "", "path": .string("/c\($0)")] })
        #expect(throws: KubernetesError.self) { try jsonPatch(["a": 1], operations) }
    }

    @Test(arguments: [
        (
            "{spec: {containers: [{name: a, image: x}, {name: b}]}}", "{spec: {containers: [{name: a, image: y}, {name: c}]}}",
            "{spec: {containers: [{name: a, image: y}, {name: b}, {name: c}]}}"
        ),
        (
            "{spec: {containers: [{name: a, args: [x]}, {name: b}]}}", "{spec: {containers: [{name: a, args: [y]}, {name: b, $patch: delete}]}}",
            "{spec: {containers: [{name: a, args: [y]}]}}"
        ),
        ("{spec: {containers: [{name: a}]}}", "{spec: {containers: [{$patch: replace}, {name: z}]}}", "{spec: {containers: [{name: z}]}}"),
        ("{metadata: {finalizers: [a]}}", "{metadata: {finalizers: [b, a]}}", "{metadata: {finalizers: [a, b]}}"),
        ("{metadata: {finalizers: [a, b]}}", "{metadata: {$deleteFromPrimitiveList/finalizers: [a]}}", "{metadata: {finalizers: [b]}}"),
        (
            "{spec: {volumes: [{name: v, emptyDir: {}}]}}", "{spec: {volumes: [{name: v, $retainKeys: [name, configMap], configMap: {name: c}}]}}",
            "{spec: {volumes: [{name: v, configMap: {name: c}}]}}"
        ),
        (
            "{spec: {containers: [{name: a}, {name: x}, {name: b}]}}",
            "{spec: {$setElementOrder/containers: [{name: b}, {name: a}], containers: [{name: a, image: i}]}}",
            "{spec: {containers: [{name: x}, {name: b}, {name: a, image: i}]}}"
        ),
        ("{metadata: {labels: {a: x, b: y}}}", "{metadata: {labels: {a: null, c: z}}}", "{metadata: {labels: {b: y, c: z}}}"),
        ("{metadata: {labels: {a: x}}}", "{metadata: {labels: {$patch: replace, b: y}}}", "{metadata: {labels: {b: y}}}"),
        ("{}", "{spec: {nodeName: null, containers: [{name: a, $patch: merge}]}}", "{spec: {containers: [{name: a}]}}"),
    ])
    func strategic(original: String, patch: String, expected: String) throws {
        let schema = try #require(Schema.builtIn(for: GroupVersionKind(apiVersion: "v1", kind: "Pod")))
        #expect(try strategicMergePatch(yaml(original), yaml(patch), schema: schema) == yaml(expected))
    }

    @Test func anItemNeedsItsKey() throws {
        let schema = try #require(Schema.builtIn(for: GroupVersionKind(apiVersion: "v1", kind: "Pod")))
        let patch = try yaml("{spec: {containers: [{image: x}]}}")
        #expect(throws: KubernetesError.self) { try strategicMergePatch(["spec": ["containers": [["name": "a"]]]], patch, schema: schema) }
    }
}
