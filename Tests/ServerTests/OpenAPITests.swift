import Automation
import Basics
import Document
import HTTPTypes
import FoundationEssentials
import Kubernetes
import Template
import Testing

@testable import Chart
@testable import Server

/// The description of the API against what the API does.
@Suite struct OpenAPITests {
    private let description: Value

    init() throws { description = try YAML.parse(PackageResources.openapi_yaml, file: "openapi.yaml") }

    private func operations() -> [String: Value] {
        var found: [String: Value] = [:]
        for path in description["paths"]?.mapping ?? [:] {
            for method in path.value.mapping ?? [:] where method.key != "parameters" {
                found["\(method.key.uppercased()) \(path.key)"] = method.value
            }
        }
        return found
    }

    private func route(_ entry: Routes.Entry) -> String {
        let segments = entry.path.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }
        return "\(entry.method) /" + segments.joined(separator: "/")
    }

    /// What a value does not have of a schema; nil where it fits.
    private func fault(_ schema: Value, _ value: Value) throws -> String? {
        var root = schema
        root["components"] = description["components"]
        let faults = try SchemaValidator.faults(try SchemaCompiler.compile(JSON.write(root)), Datum(value))
        return faults.isEmpty ? nil : SchemaFault.text(faults)
    }

    @Test func everyRouteAndNothingElse() {
        let routes = Routes.table.filter { $0.path.hasPrefix("/api/") }
        #expect(Set(routes.map(route)) == Set(operations().keys))
        for entry in routes {
            let security = operations()[route(entry)]?["security"]
            let isFree = entry.permission == .open || entry.permission == .entrance
            #expect(security == (isFree ? [] : [["token": []], ["session": []]]), "\(route(entry))")
        }
    }

    /// Every reference leads somewhere, and every path names its parameters.
    @Test func isWhole() {
        #expect(description["openapi"] == "3.1.0")
        var open = [description]
        var references = 0
        while let value = open.popLast() {
            switch value {
            case .mapping(let mapping):
                if let reference = mapping["$ref"]?.string {
                    references += 1
                    let keys = reference.split(separator: "/").dropFirst().map(String.init)
                    #expect(reference.hasPrefix("#/components/") && description[path: keys] != nil, "\(reference)")
                }
                open += mapping.map(\.value)
            case .sequence(let items): open += items
            default: break
            }
        }
        #expect(references > 30)
        for path in description["paths"]?.mapping ?? [:] {
            let names = path.key.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
            let said = (path.value["parameters"]?.sequence ?? []).compactMap { $0["$ref"]?.string?.split(separator: "/").last.map(String.init) }
            #expect(names == said, "\(path.key)")
        }
        let ids = operations().values.compactMap { $0["operationId"]?.string }
        #expect(Set(ids).count == operations().count)
    }

    private static let base = "/api/v1/workloads/shop/deployment/front-end"
    private static let calls: [(method: String, path: String, body: String)] =
        [
            ("GET", "/api/v1/status", ""), ("GET", "/api/v1/workloads", ""), ("GET", base, ""),
            ("POST", "\(base)/release", #"{"image":"ghcr.io/shop/front-end:1.4.1","container":"web","force":true}"#),
            ("POST", "\(base)/automate", #"{"tags":{"web":"semver:~1.4"}}"#), ("POST", "\(base)/deautomate", "{}"),
            ("POST", "\(base)/lock", #"{"reason":"wait"}"#), ("POST", "\(base)/unlock", "{}"),
            ("GET", "\(base)/rollout", ""), ("POST", "\(base)/promote", "{}"), ("POST", "\(base)/pause", "{}"), ("POST", "\(base)/abort", "{}"),
            ("POST", "\(base)/retry", "{}"), ("GET", "/api/v1/session", ""), ("POST", "/api/v1/session", #"{"token":"the-token-of-ada"}"#),
            ("DELETE", "/api/v1/session", ""), ("GET", "/api/v1/overview", ""), ("GET", "/api/v1/history?limit=2&outcome=failed", ""),
            ("GET", "/api/v1/history/01KAK0000000000000000000A1", ""), ("GET", "/api/v1/at?time=2026-11-21T06:00:00Z", ""),
            ("GET", "/api/v1/objects?application=shop&revision=main", ""), ("GET", "/api/v1/diff?from=a&to=b", ""), ("GET", "/api/v1/topology", ""),
            ("GET", "/api/v1/topology?time=2026-11-21T06:00:00Z", ""), ("GET", "/api/v1/objects?time=2026-11-21T06:00:00Z&only=workloads", ""),
            ("GET", "\(base)/blame?time=2026-11-21T06:00:00Z", ""),
            ("GET", "/api/v1/query_range?query=up&start=1&end=2&step=1", ""), ("GET", "/api/v1/sinks", ""), ("POST", "/api/v1/sinks/team/retry", #"{"id":"d1"}"#),
            ("POST", "\(base)/rollback", #"{"to":"4f4f4f4","reason":"errors"}"#), ("GET", "\(base)/blame", ""), ("GET", "\(base)/pods", ""), ("GET", "\(base)/logs?pod=front-end-1", ""),
        ]

    /// Answers, errors and what the requests hold fit their schemas; all routes are called.
    @Test func answersFitTheirSchemas() async throws {
        let page = PageStage()
        let stage = page.automation
        let call = page.call
        let failure = try #require(description[path: "components", "schemas", "Failure"])
        var called: Set<String> = ["GET /api/v1/openapi.yaml", "GET /api/v1/stream"]
        for (method, path, body) in Self.calls {
            let route = "\(method) "
                + path.prefix { $0 != "?" }.replacing("shop/deployment/front-end", with: "{namespace}/{kind}/{name}").replacing("01KAK0000000000000000000A1", with: "{id}")
                .replacing("/team/", with: "/{name}/")
            called.insert(route)
            let operation = try #require(operations()[route], "\(route)")
            let schema = try #require(operation[path: "responses", "200", "content", "application/json", "schema"])
            let answer = try await call(method, path, token: AutomationStage.token, Array(body.utf8))
            let value = try #require(answer.value, "\(route): \(answer.text)")
            let problem = try fault(schema, value)
            #expect(answer.status == 200 && problem == nil, "\(route): \(problem ?? answer.text)")
            #expect(try fault(schema, ["somethingElse": 1]) != nil, "\(route): the schema takes anything")
            if !body.isEmpty {
                let wanted = try #require(operation[path: "requestBody", "content", "application/json", "schema"])
                #expect(try fault(wanted, try JSON.parse(body)) == nil, "\(route)")
                // What the schema does not have the server does not take either.
                var wrong = try JSON.parse(body)
                wrong["unknown"] = 1
                let refused = try await call(method, path, token: AutomationStage.token, JSON.write(wrong))
                #expect(refused.status == 400)
                #expect(try fault(wanted, wrong) != nil)
                #expect(try fault(failure, try #require(refused.value)) == nil, "\(refused.text)")
            }
            guard operation["security"]?.sequence?.isEmpty == false else { continue }
            let stranger = try await call(method, path, Array(body.utf8))
            let wrongMethod = try await call("PATCH", path)
            #expect(stranger.status == 401 && wrongMethod.status == 405)
            for answer in [stranger, wrongMethod] { #expect(try fault(failure, try #require(answer.value)) == nil) }
        }
        #expect(called == Set(operations().keys))
        for (kind, _, _) in WorkloadsAPITests.failures {
            stage.failure.withLock { $0 = AutomationError(kind, "it is so", origin: Origin(file: "a.yaml"), advice: "do this") }
            let answer = try await call("GET", Self.base, token: AutomationStage.token)
            #expect(try fault(failure, try #require(answer.value)) == nil, "\(answer.text)")
        }
        for state in [AutomationState.off("a tag is followed")] {
            let answer = try await RouterCall(stage.daemon(automation: state))("GET", Self.base, token: AutomationStage.token)
            #expect(try fault(failure, try #require(answer.value)) == nil, "\(answer.text)")
        }
    }

    @Test func servesItself() async throws {
        let answer = try await RouterCall(AutomationStage().daemon())("GET", "/api/v1/openapi.yaml")
        #expect(answer.status == 200 && answer.body == PackageResources.openapi_yaml)
        #expect(answer.headers[.contentType] == "application/yaml")
    }
}
