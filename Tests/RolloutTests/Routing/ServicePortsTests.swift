import Document
import Kubernetes
import Testing
@testable import Rollout

/// Ports of a Service that change together with the pods behind it.
@Suite struct ServicePortsTests {
    /// The Service's ports before and after, and the field at fault; nil where both versions are reached.
    static let rows: [(String, String, String?)] = [
        ("[{port: 80, targetPort: 8080}]", "[{port: 80, targetPort: 8080}]", nil),
        ("[{port: 80, targetPort: 8080}]", "[{port: 80, targetPort: 9090}]", "spec.ports[0].targetPort"),
        ("[{port: 80, targetPort: 8080}]", "[{port: 80}]", "spec.ports[0].targetPort"),
        ("[{port: 80, targetPort: 8080}]", "[{port: 80, targetPort: '8080'}]", nil),
        // The running pods say that they listen there too.
        ("[{port: 80, targetPort: 8080}]", "[{port: 80, targetPort: 8081}]", nil),
        ("[{port: 80, targetPort: 8080}]", "[{port: 80, targetPort: http}]", nil),
        ("[{port: 80, targetPort: http}]", "[{port: 80, targetPort: 8080}]", nil),
        ("[{port: 80, targetPort: http}]", "[{port: 80, targetPort: web}]", "spec.ports[0].targetPort"),
        ("[{port: 80, targetPort: 8080}]", "[{port: 8080, targetPort: 8080}]", "spec.ports[0].port"),
        ("[{port: 80, targetPort: 8080}]", "[{name: a, port: 80, targetPort: 8080}, {name: b, port: 81, targetPort: 9090}]", nil),
        ("[{name: a, port: 80, targetPort: 8080}, {name: b, port: 81, targetPort: 8081}]", "[{name: a, port: 80, targetPort: 8080}]", nil),
        (
            "[{name: a, port: 80, targetPort: 8080}, {name: b, port: 81, targetPort: 8081}]",
            "[{name: a, port: 80, targetPort: 8080}, {name: b, port: 81, targetPort: 9091}]", "spec.ports[1].targetPort"
        ),
        ("null", "[{port: 80}]", nil),
    ]

    @Test(arguments: rows) func bothVersionsAreReached(_ before: String, _ after: String, _ field: String?) throws {
        func service(_ ports: String) throws -> Object {
            try #require(Object(try YAML.parse("{apiVersion: v1, kind: Service, metadata: {name: web, namespace: shop}, spec: {ports: \(ports)}}")))
        }
        let template = try YAML.parse("{spec: {containers: [{name: web, ports: [{name: http, containerPort: 8080}, {containerPort: 8081}]}]}}")
        let workload = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        let (now, old) = (try service(after), try service(before))
        var found: RolloutError?
        do throws(RolloutError) {
            try refuseMovedPorts((now, old), workload: workload, template: template)
        } catch {
            found = error
        }
        #expect(found?.place?.field == field)
        if field != nil { #expect(found?.place?.object.name == "web") }
    }
}
