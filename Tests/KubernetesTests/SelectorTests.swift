import Document
import Kubernetes
import Testing

@Suite struct SelectorTests {
    @Test(arguments: [
        ("app=web", true), ("app==web", true), ("app!=web", false), ("app=api", false), ("app", true), ("!app", false),
        ("!gone", true), ("gone!=x", true), ("gone=x", false), ("app in (api, web)", true), ("app notin (api,web)", false),
        ("gone notin (x)", true), ("n>2", true), ("n<2", false), ("n>3", false), ("", true), (" app = web , tier in (a,b) ", true),
        ("app=web,tier=c", false), ("x.io/y=1", true),
    ])
    func queries(query: String, matches: Bool) throws {
        let labels: Mapping = ["app": "web", "tier": "a", "n": "3", "x.io/y": "1"]
        let selector = try LabelSelector(query: query)
        #expect(selector.matches(labels) == matches)
        #expect(try LabelSelector(query: selector.query).matches(labels) == matches)
    }

    @Test(arguments: ["app in", "app in (a", "=x", "app=a=b", "app,,b", "-a", "a=-", "a b", "app>x", "a,", "_/a"])
    func malformedQueries(query: String) {
        #expect(throws: KubernetesError.self) { try LabelSelector(query: query) }
    }

    @Test func expressions() throws {
        let selector = try LabelSelector(
            yaml(
                """
                matchLabels: {app: web}
                matchExpressions:
                - {key: tier, operator: In, values: [a, b]}
                - {key: old, operator: DoesNotExist}
                """))
        #expect(selector.query == "app=web,tier in (a,b),!old")
        #expect(selector.matches(["app": "web", "tier": "b"]))
        #expect(!selector.matches(["app": "web", "tier": "b", "old": ""]))
        #expect(throws: KubernetesError.self) { try LabelSelector(yaml("matchExpressions: [{key: a, operator: Is}]")) }
        #expect(throws: KubernetesError.self) { try LabelSelector(yaml("matchExpressions: [{key: a, operator: In}]")) }
    }

    @Test(arguments: [
        ("metadata.name=x", true), ("metadata.name==x", true), ("metadata.name!=x", false), ("status.phase!=Running", true),
        ("spec.ready=true,metadata.name=x", true), ("a=b\\,c", true), ("", true), ("status.phase=", true),
    ])
    func fields(query: String, matches: Bool) throws {
        let object = try yaml("{metadata: {name: x}, spec: {ready: true}, a: 'b,c'}")
        #expect(try FieldSelector(query: query).matches(object) == matches)
    }

    @Test(arguments: ["metadata.name", "=x", "a=b=c", "a=\\x"])
    func malformedFields(query: String) {
        #expect(throws: KubernetesError.self) { try FieldSelector(query: query) }
    }
}
