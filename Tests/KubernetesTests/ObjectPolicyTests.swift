import Document
import Kubernetes
import Testing

@Suite struct ObjectPolicyTests {
    static func deployment(_ annotations: [(String, Value)]) throws -> Object {
        try #require(
            Object([
                "apiVersion": "apps/v1", "kind": "Deployment",
                "metadata": ["name": "web", "annotations": .mapping(Mapping(annotations))],
                "spec": ["template": ["spec": ["containers": [["name": "web"]], "initContainers": [["name": "init"]]]]],
            ]))
    }

    @Test func nothingAsked() throws {
        #expect(try policy(of: Self.deployment([])) == ObjectPolicy())
    }

    @Test(arguments: [
        ("manual", Gate()), ("manual 2h", Gate(limit: .seconds(7200))), ("webhook https://example.com/gate?team=a", Gate(url: "https://example.com/gate?team=a")),
        ("webhook http://gates.ops:8080 1h promote", Gate(limit: .seconds(3600), expiry: .promote, url: "http://gates.ops:8080")),
        ("webhook  https://[::1]/  1h", Gate(limit: .seconds(3600), url: "https://[::1]/")), ("", nil), ("webhook", nil), ("webhook 1h", nil), ("webhook ftp://a", nil),
        ("webhook https://", nil), ("webhook https:///x", nil), ("webhook https://:80", nil), ("webhook https://a/#x", nil), ("webhook https://ä/", nil),
        ("webhook https://a@b", nil), ("webhook https://a 0s", nil), ("webhook https://a 1h later", nil), ("webhook https://a 1h reject x", nil), ("manual reject", nil),
        ("manual 1h reject x", nil),
    ] as [(String, Gate?)]) func gates(_ text: String, _ gate: Gate?) throws {
        let object = try Self.deployment([("martlet.dev/gate", .string(text))])
        if let gate { #expect(try policy(of: object).gate == gate) } else { #expect(throws: AnnotationError.self) { try policy(of: object) } }
    }

    @Test func everythingAsked() throws {
        let found = try policy(
            of: Self.deployment([
                ("martlet.dev/automated", "true"), ("martlet.dev/tag.web", "semver:~1.4"), ("martlet.dev/tag.init", "newest"),
                ("martlet.dev/locked", "true"), ("martlet.dev/locked-by", "ann"), ("martlet.dev/locked-reason", "freeze"),
                ("martlet.dev/ignore", "false"), ("martlet.dev/strategy", "canary"), ("martlet.dev/steps", "5% 2m, 25% 1h30m"),
                ("martlet.dev/analysis", "errors, latency,queue-lag"), ("martlet.dev/gate", "manual 24h reject"),
                ("martlet.dev/on-failure", "revert"), ("martlet.dev/traffic", "httproute/web"), ("martlet.dev/wave", "-2"),
                ("martlet.dev/prune", "false"), ("martlet.dev/replace", "true"), ("martlet.dev/tracking", "a:b/c:d/e"),
                ("other.io/x", "y"),
            ]))
        var expected = ObjectPolicy()
        expected.isAutomated = true
        expected.tags = ["web": .semver("~1.4"), "init": .newest]
        expected.isLocked = true
        expected.lockedBy = "ann"
        expected.lockedReason = "freeze"
        expected.strategy = .canary
        expected.steps = [RolloutStep(.weight(5), .seconds(120)), RolloutStep(.weight(25), .seconds(5400))]
        expected.analysis = ["errors", "latency", "queue-lag"]
        expected.gate = Gate(limit: .seconds(86_400), expiry: .reject)
        expected.onFailure = .revert
        expected.traffic = .httpRoute("web")
        expected.wave = -2
        expected.prunes = false
        expected.replaces = true
        #expect(found == expected)
    }

    @Test(arguments: [
        (#"header(user-agent) ~ "(?i)(iphone|android)\d""#, [RequestMatch(.header, "user-agent", isRegularExpression: true, #"(?i)(iphone|android)\d"#)]),
        (#"header(x-beta) = "1""#, [RequestMatch(.header, "x-beta", isRegularExpression: false, "1")]),
        (
            #"cookie(beta)="always" , header(a) = "say \"hi\"""#,
            [RequestMatch(.cookie, "beta", isRegularExpression: false, "always"), RequestMatch(.header, "a", isRegularExpression: false, #"say "hi""#)]
        ),
    ])
    func matches(text: String, expected: [RequestMatch]) throws {
        let found = try policy(of: Self.deployment([("martlet.dev/strategy", "ab-test"), ("martlet.dev/match", .string(text))]))
        #expect(found.matches == expected)
    }

    @Test(arguments: [
        ("martlet.dev/stratgy", "canary", "annotation \"martlet.dev/stratgy\": unknown annotation, did you mean \"martlet.dev/strategy\"?"),
        (
            "martlet.dev/strategy", "cannary",
            "annotation \"martlet.dev/strategy\": \"cannary\" is not one of ab-test, blue-green, canary, mirror, ramped, recreate, did you mean \"canary\"?"
        ),
        ("martlet.dev/automated", "yes", "annotation \"martlet.dev/automated\": \"yes\" is not \"true\" or \"false\""),
        ("martlet.dev/wave", "first", "annotation \"martlet.dev/wave\": \"first\" is not an integer"),
        (
            "martlet.dev/tag.wbe", "newest",
            "annotation \"martlet.dev/tag.wbe\": Deployment \"web\" has no container \"wbe\", did you mean \"martlet.dev/tag.web\"?"
        ),
        (
            "martlet.dev/tag.web", "semvr:1",
            "annotation \"martlet.dev/tag.web\": \"semvr:1\" is not one of semver:RANGE, glob:PATTERN, regex:PATTERN, newest, did you mean \"semver\"?"
        ),
        ("martlet.dev/steps", "5% 2m", "annotation \"martlet.dev/steps\": steps need \"martlet.dev/strategy\" beside them"),
        ("martlet.dev/match", #"header(a) = "1""#, "annotation \"martlet.dev/match\": a match needs \"martlet.dev/strategy: ab-test\" beside it"),
        (
            "martlet.dev/traffic", "htproute/x",
            "annotation \"martlet.dev/traffic\": \"htproute/x\" is not one of auto, none, httproute/NAME, virtualservice/NAME, ingress/NAME, did you mean \"httproute/x\"?"
        ),
        (
            "martlet.dev/gate", "manual 24x",
            "annotation \"martlet.dev/gate\": \"manual 24x\" is not \"manual\", \"manual 24h\", \"manual 24h reject\" or \"webhook https://example.com/gate 24h reject\""
        ),
        (
            "martlet.dev/gate", "webhok https://a",
            "annotation \"martlet.dev/gate\": \"webhok https://a\" is not \"manual\", \"manual 24h\", \"manual 24h reject\" or \"webhook https://example.com/gate 24h reject\", did you mean \"webhook\"?"
        ),
        (
            "martlet.dev/gate", "webhook https://ann:x@example.com/",
            "annotation \"martlet.dev/gate\": \"webhook https://ann:x@example.com/\" is not a webhook with an address that begins with http:// or https:// and has no user or password in it"
        ),
        ("martlet.dev/analysis", "errors,,x", "annotation \"martlet.dev/analysis\": \"errors,,x\" is not a list of different metric names like \"errors, latency\""),
    ])
    func refused(key: String, value: String, message: String) throws {
        let object = try Self.deployment([(key, .string(value))])
        #expect {
            try policy(of: object)
        } throws: {
            ($0 as? AnnotationError)?.description == message
        }
    }

    @Test(arguments: ["5%", "5% 2m,", "0% 1m", "101% 1m", "50% 1m, 25% 1m", "x 1m", "5% 0s", "preview 5m", "5% 99999999999h", "5% 2"])
    func refusedSteps(text: String) throws {
        let object = try Self.deployment([("martlet.dev/strategy", "canary"), ("martlet.dev/steps", .string(text))])
        #expect(throws: AnnotationError.self) { try policy(of: object) }
    }

    @Test func aValueOfAnotherTypeIsRefused() throws {
        let object = try Self.deployment([("martlet.dev/automated", true)])
        #expect {
            try policy(of: object)
        } throws: {
            ($0 as? AnnotationError)?.description == "annotation \"martlet.dev/automated\": the value is a boolean, put it in quotes"
        }
    }

    @Test func aliases() throws {
        let found = try policy(
            of: Self.deployment([
                ("fluxcd.io/automated", "true"), ("flux.weave.works/tag.web", "glob:main-*"), ("fluxcd.io/tag_all", "regexp:^v"),
                ("fluxcd.io/locked", "true"), ("fluxcd.io/locked_msg", "wait"), ("flux.weave.works/ignore", "true"),
                ("argocd.argoproj.io/sync-wave", "3"), ("helm.sh/resource-policy", "keep"), ("fluxcd.io/strange", "x"),
            ]))
        var expected = ObjectPolicy()
        expected.isAutomated = true
        expected.tags = ["web": .glob("main-*")]
        expected.tagsOfOthers = .regex("^v")
        expected.isLocked = true
        expected.lockedReason = "wait"
        expected.isIgnored = true
        expected.wave = 3
        expected.prunes = false
        #expect(found == expected)
    }

    @Test func ownSpellingWins() throws {
        let found = try policy(
            of: Self.deployment([
                ("martlet.dev/automated", "false"), ("fluxcd.io/automated", "true"), ("martlet.dev/wave", "1"),
                ("argocd.argoproj.io/sync-wave", "3"),
            ]))
        #expect(!found.isAutomated)
        #expect(found.wave == 1)
    }

    @Test(arguments: [
        ("shop:apps/Deployment:prod/web", ObjectKey(group: "apps", kind: "Deployment", namespace: "prod", name: "web")),
        ("shop:/ConfigMap:prod/x", ObjectKey(group: "", kind: "ConfigMap", namespace: "prod", name: "x")),
        (
            "shop:rbac.authorization.k8s.io/ClusterRole:/system:x",
            ObjectKey(group: "rbac.authorization.k8s.io", kind: "ClusterRole", namespace: "", name: "system:x")
        ),
    ])
    func tracking(text: String, key: ObjectKey) {
        #expect(Tracking(text) == Tracking(application: "shop", key: key))
        #expect(Tracking(application: "shop", key: key).description == text)
    }

    @Test(arguments: ["", "a", "a:b", "a:b:c", "a:b/c:d", ":b/c:d/e", "a:b/:d/e", "a:b/c:d/"])
    func noTracking(text: String) {
        #expect(Tracking(text) == nil)
    }
}
