import Basics
import Document
import Kubernetes
import Testing

/// Everything that comes from outside, made of random pieces: nothing may trap, and
/// what holds for every input must hold.
@Suite struct HostileInputTests {
    static let alphabet = Array("ab01-._/:=!<>(),~\"\\%$ \t\nmKGiexhskd{}[]é")

    static func text(_ random: RandomSource, upTo length: UInt64 = 24) -> String {
        String((0..<random.next(below: length)).map { _ in alphabet[Int(random.next(below: UInt64(alphabet.count)))] })
    }

    @Test func texts() {
        let random = RandomSource(seed: 11)
        for _ in 0..<2000 {
            let text = Self.text(random)
            if let selector = try? LabelSelector(query: text) {
                #expect(throws: Never.self) { try LabelSelector(query: selector.query) }
            }
            _ = try? FieldSelector(query: text)
            if let quantity = Quantity(text) { #expect(Quantity(quantity.canonical) == quantity) }
            if let tracking = Tracking(text) { #expect(tracking.description == text) }
            _ = try? FieldSet(fieldsV1: .mapping([text: [:]]))
            _ = ObjectName.isQualifiedName(text)
            for name in ["steps", "match", "gate", "traffic", "analysis", "wave", "tag.web"] {
                let object = Object([
                    "apiVersion": "v1", "kind": "Pod",
                    "metadata": ["annotations": ["martlet.dev/strategy": "canary", "martlet.dev/\(name)": .string(text)]],
                ])
                if let object { _ = try? policy(of: object) }
            }
        }
    }

    static let names = [
        "metadata", "spec", "status", "template", "containers", "name", "ports", "containerPort", "protocol", "labels", "replicas", "env",
        "conditions", "type", "selector", "$patch", "$setElementOrder/containers", "finalizers", "resources", "limits", "cpu", "value",
        "availableReplicas", "updatedReplicas", "observedGeneration", "generation", "annotations", "data",
    ]

    static func value(_ random: RandomSource, depth: Int) -> Value {
        switch random.next(below: depth > 0 ? 10 : 6) {
        case 0: .null
        case 1: .bool(random.next(below: 2) == 0)
        case 2: .int([0, 1, 80, -1, .max, .min][Int(random.next(below: 6))])
        case 3: .double([0.5, 1e300, -3][Int(random.next(below: 3))])
        case 4, 5: .string(["a", "b", "TCP", "1000m", "delete", "True", ""][Int(random.next(below: 7))])
        case 6, 7: .sequence((0..<random.next(below: 4)).map { _ in value(random, depth: depth - 1) })
        default:
            .mapping(
                Mapping((0..<random.next(below: 6)).map { _ in (names[Int(random.next(below: UInt64(names.count)))], value(random, depth: depth - 1)) }))
        }
    }

    @Test func objects() throws {
        let random = RandomSource(seed: 12)
        let kinds = Schema.builtInKinds.sorted { $0.description < $1.description }
        for _ in 0..<800 {
            let gvk = kinds[Int(random.next(below: UInt64(kinds.count)))]
            let schema = try #require(Schema.builtIn(for: gvk))
            var one = Self.value(random, depth: 6), other = Self.value(random, depth: 6)
            for (key, text) in [("apiVersion", gvk.apiVersion), ("kind", gvk.kind)] {
                if one.mapping == nil { one = [:] }
                if other.mapping == nil { other = [:] }
                one[key] = .string(text)
                other[key] = .string(text)
            }
            _ = schema.problems(in: one)
            _ = schema.pruned(schema.defaulted(one))
            #expect(differences(one, one, scope: .all).isEmpty)
            _ = differences(one, other)
            _ = try? strategicMergePatch(one, other, schema: schema)
            _ = try? jsonPatch(one, other)
            _ = Schema(openAPIV3: other)
            let object = try #require(Object(one))
            _ = health(of: object, now: Timestamp(milliseconds: 0))
            _ = validate(object, schema: schema)
            _ = masked(object)
            _ = applyOrder([object])
            guard let set = try? FieldSet(of: one, schema: schema) else { continue }
            #expect(try FieldSet(fieldsV1: set.fieldsV1) == set)
            _ = set.values(in: object)
            #expect(try StructuredMerge.merge(one, with: one, schema: schema) == one)
            #expect(try StructuredMerge.compare(one, one, schema: schema).isEmpty)
            let apply = ServerSideApply(schema: schema, apiVersion: gvk.apiVersion, time: "")
            guard let first = try? apply.apply(other, to: one, managed: ManagedFields(), manager: "m", force: true) else { continue }
            let again = try apply.apply(other, to: first.object, managed: first.managed, manager: "m", force: true)
            #expect(again.object == first.object)
            #expect(again.managed == first.managed)
        }
    }
}
