import Document
import Kubernetes
import Testing

@testable import Delivery

@Suite struct ChangedFieldsTests {
    static func deployment(_ containers: Value) throws -> Object {
        try #require(Object([
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "shop"],
            "spec": ["template": ["spec": ["containers": containers]]],
        ]))
    }

    static let web: Value = ["name": "web", "image": "web:1", "env": [["name": "PIN", "value": "hunter1"]]]

    @Test(arguments: [
        // A value, a variable, all of them, a container that is new, one that goes.
        [["name": "web", "image": "web:1", "env": [["name": "PIN", "value": "hunter2"]]]],
        [["name": "web", "image": "web:1", "env": [["name": "PIN", "value": "hunter1"], ["name": "OTHER", "value": "hunter2"]]]],
        [["name": "web", "image": "web:1"]],
        [web, ["name": "side", "image": "side:1", "env": [["name": "PIN", "value": "hunter2"]]]],
        [["name": "other", "image": "web:1", "env": [["name": "PIN", "value": "hunter2"]]]],
    ] as [Value])
    func environmentIsNotTold(_ containers: Value) throws {
        let (first, second) = (try Self.deployment([Self.web]), try Self.deployment(containers))
        for (former, object) in [(first, second), (second, first)] {
            let fields = changedFields(from: former, to: object).fields
            #expect(!fields.isEmpty)
            for field in fields {
                #expect(!"\(field.path) \(field.from ?? "") \(field.to ?? "")".contains("hunter"), "\(field)")
            }
        }
    }

    @Test func theRestIsTold() throws {
        var containers = Self.web
        containers["image"] = "web:2"
        let fields = changedFields(from: try Self.deployment([Self.web]), to: try Self.deployment([containers])).fields
        #expect(fields.map(\.to) == ["\"web:2\""])
    }
}
