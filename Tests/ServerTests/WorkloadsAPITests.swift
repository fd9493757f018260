import Automation
import Basics
import Document
import HTTPTypes
import Kubernetes
import Registry
import Testing

@testable import Server

private let frontEnd = "/api/v1/workloads/shop/deployment/front-end"

/// What the routes of workloads take and refuse.
@Suite struct WorkloadsAPITests {
    let stage = AutomationStage()

    private func post(_ path: String, _ body: String, token: String? = AutomationStage.token, type: String? = "application/json") async throws -> RouterCall.Answer {
        try await RouterCall(stage.daemon())("POST", path, token: token, type: type, Array(body.utf8))
    }

    @Test func release() async throws {
        let answer = try await post("\(frontEnd)/release", #"{"image":"ghcr.io/shop/front-end:1.4.1","container":"web","force":true}"#)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.value?["commit"]?.string == String(repeating: "4f", count: 20))
        #expect(answer.value?["bumps"]?[0]?["to"] == "ghcr.io/shop/front-end:1.4.1")
        let request = try #require(stage.asked.withLock { $0 }.first)
        #expect(request.workload == AutomationStage.key("front-end") && request.container == "web" && request.force)
        #expect(request.action == .release(ImageReference("ghcr.io/shop/front-end:1.4.1")!))
        #expect(request.requester == Requester(name: "ada", email: "ada@git.example.com"))
    }

    static let others: [(String, String, ChangeRequest.Action)] = [
        ("automate", "", .automate(tags: [:])), ("automate", "{}", .automate(tags: [:])),
        ("automate", #"{"tags":{"web":"semver:~1.4","log":"newest"}}"#, .automate(tags: ["web": "semver:~1.4", "log": "newest"])),
        ("deautomate", "", .deautomate), ("deautomate", " {} ", .deautomate), ("lock", #"{"reason":"wait"}"#, .lock(reason: "wait")), ("unlock", "{}", .unlock),
    ]

    @Test(arguments: others) func otherVerbs(_ verb: String, _ body: String, _ action: ChangeRequest.Action) async throws {
        let answer = try await post("\(frontEnd)/\(verb)", body)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.value?["commit"] == .some(.null) && answer.value?["message"] == "git says it already")
        #expect(stage.asked.withLock { $0 }.map(\.action) == [action])
    }

    static let mistakes: [(String, String, Int, String)] = [
        ("release", "{}", 400, "the field \\\"image\\\" is missing"), ("release", #"{"image":""}"#, 400, "is missing"),
        ("release", #"{"image":7}"#, 400, "is an integer"), ("release", #"{"image":"A b"}"#, 422, "is no image"),
        ("release", #"{"image":"a","imgae":"b"}"#, 400, "unknown field \\\"imgae\\\""), ("release", #"{"image":"a","forse":true}"#, 400, "did you mean \\\"force\\\"?"),
        ("release", #"{"image":"a","force":"yes"}"#, 400, "send true or false"), ("release", "[]", 400, "the body is a sequence"), ("release", "{", 400, "no JSON"),
        ("release", #"{"image":"# + "\"" + String(repeating: "a", count: 2_000) + "\"}", 400, "over 1024 bytes"),
        ("release", String(repeating: "[", count: 100_000), 400, "no JSON"), ("release", #"{"image":"a"} x"#, 400, "no JSON"),
        ("automate", #"{"tags":{"web":"newset"}}"#, 422, "no tag filter for container \\\"web\\\""), ("automate", #"{"tags":{"web":"regex:("}}"#, 422, "regex:("),
        ("automate", #"{"tags":[]}"#, 400, "a mapping of strings"), ("automate", #"{"tags":{"web":1}}"#, 400, "tags.web"),
        ("deautomate", #"{"reason":"x"}"#, 400, "send {}, or no body"), ("lock", "", 400, "\\\"reason\\\" is missing"), ("lock", #"{"reason":null}"#, 400, "is missing"),
        ("unlock", "null", 400, "the body is null"), ("unlock", "\u{0}", 400, "no JSON"),
    ]

    @Test(arguments: mistakes) func mistakesInBodies(_ verb: String, _ body: String, _ status: Int, _ says: String) async throws {
        let answer = try await post("\(frontEnd)/\(verb)", body)
        #expect(answer.status == status && answer.text.contains(says), "\(answer.text)")
        #expect(stage.asked.withLock { $0 }.isEmpty)
    }

    @Test(arguments: [
        ("", nil, "", false), (#"{"to":"4f4f4f4","reason":"errors","force":true}"#, "4f4f4f4", "errors", true), (#"{"to":"","reason":""}"#, nil, "", false),
        (#"{"to":"main~1"}"#, "main~1", "", false),
    ] as [(String, String?, String, Bool)]) func rollback(_ body: String, _ to: String?, _ reason: String, _ force: Bool) async throws {
        #expect(try await post("\(frontEnd)/rollback", body).status == 200)
        let asked = try #require(stage.asked.withLock { $0 }.first)
        #expect(asked.action == .rollback(to: to, reason: reason) && asked.force == force)
    }

    @Test(arguments: [#"{"to":"--exec=x"}"#, #"{"to":"a..b"}"#, #"{"to":"a b"}"#, #"{"to":"a:b"}"#, #"{"to":"@{-1}\u0000"}"#]) func noRevisions(_ body: String) async throws {
        #expect(try await post("\(frontEnd)/rollback", body).status == 422)
        #expect(stage.asked.withLock { $0 }.isEmpty)
    }

    @Test func sizesAndTypes() async throws {
        let large = #"{"image":"a","x":""# + String(repeating: "x", count: 1 << 20) + "\"}"
        #expect(try await post("\(frontEnd)/release", large).status == 413)
        for type in [nil, "text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
            let answer = try await post("\(frontEnd)/release", #"{"image":"a"}"#, type: type)
            #expect(answer.status == 415 && answer.kind == "unsupportedMediaType", "\(answer.text)")
        }
        #expect(try await post("\(frontEnd)/release", #"{"image":"a"}"#, type: "Application/JSON; charset=utf-8").status == 200)
    }

    static let names: [(String, Int, String)] = [
        ("shop/deploy/front-end", 200, ""), ("shop/Deployment/front-end", 200, ""), ("shop/deployments.apps/front-end", 200, ""),
        ("back/sts/orders", 200, ""), ("shop/deployment/front-edn", 404, "did you mean"), ("shop/statefulset/front-end", 404, "did you mean"),
        ("back/deployment/front-end", 404, "did you mean"), ("nowhere/deployment/x", 403, "may not"), ("shop/deployment/%2e%2e", 422, "names no workload"),
        ("shop/a%2Fb/c", 422, ""), ("Sh%20op/deployment/x", 422, "no namespace"),
    ]

    @Test(arguments: names) func namesOfWorkloads(_ path: String, _ status: Int, _ says: String) async throws {
        let answer = try await post("/api/v1/workloads/\(path)/unlock", "")
        #expect(answer.status == status && answer.text.contains(says), "\(answer.status) \(answer.text)")
    }

    @Test func images() async throws {
        let call = RouterCall(stage.daemon())
        let answer = try await call("GET", frontEnd, token: AutomationStage.weakToken)
        #expect(answer.status == 200 && answer.headers[.cacheControl] == "no-store")
        #expect(answer.value?["containers"]?[0]?["candidates"]?[0]?["tag"] == "1.4.1")
        #expect(answer.value?["containers"]?[1]?["error"] == "the registry does not answer")
        #expect(answer.value?[path: "workload", "policy", "lockedReason"] == "the last one broke")
        for (query, status) in [("refresh=true", 200), ("refresh=false", 200), ("refresh=yes", 400), ("refersh=true", 400)] {
            #expect(try await call("GET", "\(frontEnd)?\(query)", token: AutomationStage.token).status == status)
        }
        #expect(stage.refreshes.withLock { $0 } == [false, true, false])
    }

    /// What may not be seen is neither listed nor guessed at.
    @Test func whoMay() async throws {
        let call = RouterCall(stage.daemon())
        func names(_ answer: RouterCall.Answer) -> [String] { (answer.value?["workloads"]?.sequence ?? []).compactMap { $0["name"]?.string } }
        #expect(names(try await call("GET", "/api/v1/workloads", token: AutomationStage.token)) == ["front-end", "orders"])
        #expect(names(try await call("GET", "/api/v1/workloads", token: AutomationStage.weakToken)) == ["front-end"])
        let hidden = try await call("GET", "/api/v1/workloads/back/statefulset/orders", token: AutomationStage.weakToken)
        let missing = try await call("GET", "/api/v1/workloads/back/statefulset/order", token: AutomationStage.weakToken)
        #expect(hidden.status == 403 && missing.status == 403 && !missing.text.contains("orders"))
        let near = try await call("GET", "/api/v1/workloads/shop/statefulset/orders", token: AutomationStage.weakToken)
        #expect(near.status == 404 && !near.text.contains("-n back"))
        for verb in ChangeVerb.allCases {
            let body = verb == .lock ? #"{"reason":"x"}"# : verb == .release ? #"{"image":"a"}"# : ""
            let answer = try await post("\(frontEnd)/\(verb.rawValue)", body, token: AutomationStage.weakToken)
            #expect(answer.status == 403 && answer.text.contains(#"\"bob\" may not patch deployment/front-end -n shop"#), "\(answer.text)")
            for token in [nil, "", "the-token-of-ad", "the-token-of-ada2"] {
                let answer = try await post("\(frontEnd)/\(verb.rawValue)", body, token: token)
                #expect(answer.status == 401 && answer.headers[.wwwAuthenticate] == "Bearer realm=\"martlet\"" && answer.kind == "unauthorized")
            }
        }
        #expect(stage.asked.withLock { $0 }.isEmpty)
    }

    /// Whoever may not list what else has the name is told of none of it, and may do no more with the rest than the cluster says.
    @Test func aNameOfSeveral() async throws {
        struct OnlyOne: Authority {
            func caller(token: String) async throws(AccessError) -> Caller? { Caller(name: "cy") }
            func isAllowed(_ caller: Caller, _ verb: AccessVerb, _ workload: GroupKind, namespace: String, name: String?) async throws(AccessError) -> Bool {
                workload.group == "apps" && verb == .list
            }
        }
        var view = stage.automation
        view.workloads = {
            AutomationStage.workloads + AutomationStage.workloads.map { workload in
                var other = workload
                other.key.group = "example.com"
                return other
            }
        }
        let call = RouterCall(stage.daemon(automation: .on(view), access: AccessControl([OnlyOne()])))
        for (method, path, verb) in [("POST", "\(frontEnd)/unlock", "patch"), ("GET", frontEnd, "get")] {
            let answer = try await call(method, path, token: "x")
            #expect(answer.status == 403 && answer.text.contains("may not \(verb) deployment/front-end -n shop"), "\(answer.text)")
            // One that is there and one that is not are refused alike.
            let hidden = try await call(method, path.replacing("deployment/", with: "deployment.example.com/"), token: "x")
            let missing = try await call(method, path.replacing("deployment/", with: "deployment.example.org/"), token: "x")
            #expect(hidden.status == missing.status && hidden.text == missing.text.replacing("example.org", with: "example.com"), "\(hidden.text)")
        }
        #expect(stage.asked.withLock { $0 }.isEmpty && stage.refreshes.withLock { $0 }.isEmpty)
    }

    /// What is written on a chart's application concerns all that the chart makes.
    @Test func workloadsOfAChart() async throws {
        struct OnlyFrontEnd: Authority {
            func caller(token: String) async throws(AccessError) -> Caller? { Caller(name: token) }
            func isAllowed(_ caller: Caller, _ verb: AccessVerb, _ workload: GroupKind, namespace: String, name: String?) async throws(AccessError) -> Bool {
                caller.name == "ada" || name == "front-end"
            }
        }
        let access = AccessControl([OnlyFrontEnd()])
        var view = stage.automation
        view.workloads = {
            AutomationStage.workloads.map { workload in
                var workload = workload
                workload.isOfChart = true
                return workload
            }
        }
        for verb in ChangeVerb.allCases {
            let body = Array((verb == .lock ? #"{"reason":"x"}"# : verb == .release ? #"{"image":"a"}"# : "").utf8)
            let path = "\(frontEnd)/\(verb.rawValue)"
            let refused = try await RouterCall(stage.daemon(automation: .on(view), access: access))("POST", path, token: "bob", body)
            #expect(refused.status == 403 && refused.text.contains("may not patch statefulset.apps/orders -n back"), "\(refused.text)")
            #expect(stage.asked.withLock { $0 }.isEmpty)
            // It may be looked at, and where no chart makes it one's own is one's own.
            #expect(try await RouterCall(stage.daemon(automation: .on(view), access: access))("GET", frontEnd, token: "bob").status == 200)
            #expect(try await RouterCall(stage.daemon(access: access))("POST", path, token: "bob", body).status == 200)
            #expect(try await RouterCall(stage.daemon(automation: .on(view), access: access))("POST", path, token: "ada", body).status == 200)
            stage.asked.withLock { $0 = [] }
        }
    }

    @Test func beforeAnythingIsRead() async throws {
        var view = stage.automation
        view.workloads = { [] }
        let call = RouterCall(stage.daemon(automation: .on(view)))
        for (method, path) in [("GET", frontEnd), ("POST", "\(frontEnd)/unlock")] {
            let answer = try await call(method, path, token: AutomationStage.weakToken)
            #expect(answer.status == 503 && answer.kind == "notReady" && answer.text.contains("have not been read yet"), "\(answer.text)")
        }
        #expect(try await call("GET", "/api/v1/workloads", token: AutomationStage.token).value == ["workloads": []])
    }

    static let failures: [(AutomationError.Kind, Int, String)] = [
        (.invalid, 422, "invalid"), (.notFound, 404, "notFound"), (.ambiguous(["a.yaml", "b.yaml"]), 409, "ambiguous"), (.notEditable, 422, "notEditable"),
        (.locked, 409, "locked"), (.downgrade, 409, "downgrade"), (.registry, 502, "registry"), (.push, 502, "push"),
    ]

    @Test(arguments: failures) func failuresOfAutomation(_ kind: AutomationError.Kind, _ status: Int, _ word: String) async throws {
        stage.failure.withLock { $0 = AutomationError(kind, "it is so", origin: Origin(file: "a.yaml", line: 3), advice: "do this") }
        let answer = try await post("\(frontEnd)/unlock", "")
        var expected: Value = ["kind": .string(word), "message": "it is so", "origin": "a.yaml:3", "advice": "do this"]
        if word == "ambiguous" { expected["candidates"] = ["a.yaml", "b.yaml"] }
        #expect(answer.status == status && answer.value == ["error": expected], "\(answer.text)")
    }

    @Test func whenItIsOff() async throws {
        let call = RouterCall(stage.daemon(automation: .off("a tag is followed")))
        for (method, path) in [("GET", "/api/v1/workloads"), ("GET", frontEnd), ("POST", "\(frontEnd)/unlock")] {
            #expect(try await call(method, path).status == 401)
            let answer = try await call(method, path, token: AutomationStage.token)
            #expect(answer.status == 409 && answer.kind == "automationOff" && answer.text.contains("a tag is followed"))
        }
        let closed = RouterCall(stage.daemon(access: AccessControl([])))
        let answer = try await closed("POST", "\(frontEnd)/unlock", token: AutomationStage.token)
        #expect(answer.status == 403 && answer.text.contains("--api-tokens-file"))
    }

    @Test func anAuthorityThatDoesNotAnswer() async throws {
        struct Broken: Authority {
            func caller(token: String) async throws(AccessError) -> Caller? { throw AccessError("no answer", advice: "try again") }
            func isAllowed(_ caller: Caller, _ verb: AccessVerb, _ workload: GroupKind, namespace: String, name: String?) async throws(AccessError) -> Bool {
                throw AccessError("no answer", advice: "try again")
            }
        }
        // Those that the other authority knows come in all the same.
        let call = RouterCall(stage.daemon(access: AccessControl([Broken(), AutomationStage.Roles()])))
        #expect(try await call("POST", "\(frontEnd)/unlock", token: AutomationStage.token).status == 200)
        let answer = try await call("POST", "\(frontEnd)/unlock", token: "unknown")
        #expect(answer.status == 503 && answer.kind == "access")
    }
}
