import Automation
import Basics
import Cluster
import DevCluster
import Document
import HTTP
import Kubernetes
import Logging
import TestKit
import Testing

@testable import Server

/// Who somebody is and what they may do.
@Suite struct AccessTests {
    private static let file = """
        # tokens of people
        aaa,ada,1,"editors, leads"
        bbb,bob,2
        "c,c",cy,3,x\r

         ddd , dora , 4
        """

    @Test(arguments: [
        ("aaa", "ada", ["editors", "leads"]), ("bbb", "bob", []), ("c,c", "cy", ["x"]), ("ddd", "dora", []),
    ] as [(String, String, [String])]) func tokens(_ token: String, _ name: String, _ groups: [String]) async throws {
        let caller = try await TokenFile(Self.file, file: "tokens.csv").caller(token: token)
        #expect(caller?.name == name && caller?.groups == groups)
    }

    @Test(arguments: ["", "aa", "aaaa", "AAA", "ada", "# tokens of people", "\"aaa\""]) func unknownTokens(_ token: String) async throws {
        #expect(try await TokenFile(Self.file, file: "tokens.csv").caller(token: token) == nil)
    }

    @Test(arguments: [
        ("aaa,ada", "\"t.csv\", line 1: 2 fields"), ("ok,a,1\naaa,\"ada,1", "\"t.csv\", line 2: a quote"), (",ada,1", "line 1: the token or the user is empty"),
        ("aaa,,1", "is empty"), ("aaa,ada,1\naaa,bob,2", "line 2: this token stands above already"),
    ]) func mistakesInTokenFiles(_ text: String, _ says: String) throws {
        let error = try #require(throws: AccessError.self) { _ = try TokenFile(text, file: "t.csv") }
        #expect(error.description.contains(says) && !error.description.contains("aaa"), "\(error)")
    }

    @Test(arguments: [
        ("Bearer abc", "abc"), ("bearer abc", "abc"), ("BEARER  abc", "abc"), ("abc", nil), ("Bearer", nil), ("Bearer ", nil), ("Basic abc", nil),
        ("Bearer a b", nil), ("Bearer a\u{e9}", nil), (nil, nil),
    ] as [(String?, String?)]) func headers(_ header: String?, _ token: String?) { #expect(bearerToken(header) == token) }

    @Test(arguments: [
        ("ada", "ada", "ada@d.io"), ("ada@example.com", "ada@example.com", "ada@example.com"),
        ("system:serviceaccount:ci:deployer", "system:serviceaccount:ci:deployer", "deployer.ci@d.io"),
        ("Ada Lovelace", "Ada Lovelace", "Ada-Lovelace@d.io"), ("a\nb <evil@x>", "ab evil@x", "ab-evil-x@d.io"), ("<>\r\n", "unknown", "unknown@d.io"),
        ("a\u{2028}b\u{202e}c", "abc", "abc@d.io"), ("oidc:ada@example.com", "oidc:ada@example.com", "oidc-ada-example.com@d.io"), ("", "unknown", "unknown@d.io"),
    ]) func authors(_ caller: String, _ name: String, _ email: String) {
        #expect(Caller(name: caller).requester(emailDomain: "d.io") == Requester(name: name, email: email))
    }

    @Test func longNamesAreCut() {
        #expect(Caller(name: String(repeating: "x", count: 100_000)).requester(emailDomain: "d.io").name.count == 200)
    }

    @Test func answersAreKeptForAWhile() async {
        let time = VirtualTime()
        let cache = AnswerCache<Int, Bool>(lifetime: .seconds(10), most: 3, time: time)
        cache[1] = true
        #expect(cache[1] == true && cache[2] == nil)
        await time.advance(by: .seconds(9))
        #expect(cache[1] == true)
        await time.advance(by: .seconds(1))
        #expect(cache[1] == nil)
        for number in 0..<100 { cache[number] = true }
        #expect((0..<100).count { cache[$0] != nil } <= 3 && cache[99] == true)
    }
}

/// The cluster's reviews, in the shapes of kubernetes.io/docs/reference/kubernetes-api.
@Suite struct ClusterAuthorityTests {
    /// An API server that answers reviews as told and notes them.
    private final class Reviewer: HTTPTransport {
        let seen = Locked<[(path: String, body: Value)]>([])
        let status = Locked(201)
        let gate = Locked<Gate?>(nil)
        let tokenStatus = Locked<Value>([
            "authenticated": true,
            "user": ["username": "system:serviceaccount:ci:deployer", "uid": "u1", "groups": ["system:authenticated"], "extra": ["k": ["a", "b"]]],
        ])
        let accessStatus = Locked<Value>(["allowed": true])

        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
            let path = String(request.url.dropFirst("https://c".count).prefix { $0 != "?" })
            func json(_ value: Value, _ status: Int = 200) -> HTTPResponse {
                HTTPResponse(status: status, headers: ["Content-Type": "application/json"], body: HTTPBody(JSON.write(value)))
            }
            func group(_ name: String, _ resources: [Value]) -> HTTPResponse {
                json(["kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string("\(name)/v1"), "resources": .sequence(resources)])
            }
            switch path {
            case "/api": return json(["kind": "APIVersions", "versions": ["v1"]])
            case "/api/v1": return json(["kind": "APIResourceList", "groupVersion": "v1", "resources": []])
            case "/apis":
                let groups = ["apps", "authentication.k8s.io", "authorization.k8s.io"].map { name -> Value in
                    let version: Value = ["groupVersion": .string("\(name)/v1"), "version": "v1"]
                    return ["name": .string(name), "versions": [version], "preferredVersion": version]
                }
                return json(["kind": "APIGroupList", "apiVersion": "v1", "groups": .sequence(groups)])
            case "/apis/apps/v1":
                return group("apps", [["name": "deployments", "singularName": "", "namespaced": true, "kind": "Deployment", "verbs": ["get", "list", "patch"]]])
            case "/apis/authentication.k8s.io/v1":
                return group("authentication.k8s.io", [["name": "tokenreviews", "singularName": "", "namespaced": false, "kind": "TokenReview", "verbs": ["create"]]])
            case "/apis/authorization.k8s.io/v1":
                return group(
                    "authorization.k8s.io", [["name": "subjectaccessreviews", "singularName": "", "namespaced": false, "kind": "SubjectAccessReview", "verbs": ["create"]]])
            default: break
            }
            var body = (try? JSON.parse(request.body ?? [])) ?? .null
            let sent = body
            seen.withLock { $0.append((path, sent)) }
            await gate.withLock { $0 }?.pass()
            let status = status.withLock { $0 }
            guard status == 201 else {
                return json(
                    ["kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "Forbidden", "message": "tokenreviews is forbidden", "code": .int(Int64(status))], status)
            }
            body["status"] = path.hasSuffix("tokenreviews") ? tokenStatus.withLock { $0 } : accessStatus.withLock { $0 }
            return json(body, 201)
        }
    }

    /// Holds up whoever comes until it is open.
    private final class Gate: Sendable {
        private let isOpen = Locked(false)
        func pass() async {
            while !isOpen.withLock({ $0 }) {
                try? await Task.sleep(for: .milliseconds(2))
            }
        }
        func open() { isOpen.withLock { $0 = true } }
    }

    private let reviewer = Reviewer()
    private let time = VirtualTime()

    private func authority() -> ClusterAuthority {
        let client = ClusterClient(
            configuration: ClusterConfiguration(server: "https://c"), transport: reviewer, time: time, random: RandomSource())
        return ClusterAuthority(client: client, time: time)
    }

    @Test func reviewsOfTokens() async throws {
        let authority = authority()
        let caller = try #require(try await authority.caller(token: "a token"))
        #expect(caller == Caller(name: "system:serviceaccount:ci:deployer", uid: "u1", groups: ["system:authenticated"], extra: ["k": ["a", "b"]]))
        let sent = try #require(reviewer.seen.withLock { $0 }.first)
        #expect(sent.path == "/apis/authentication.k8s.io/v1/tokenreviews")
        #expect(
            sent.body == ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "metadata": [:], "spec": ["token": "a token"]])
        _ = try await authority.caller(token: "a token")
        #expect(reviewer.seen.withLock { $0 }.count == 1)
        _ = try await authority.caller(token: "another")
        await time.advance(by: .seconds(10))
        _ = try await authority.caller(token: "a token")
        #expect(reviewer.seen.withLock { $0 }.count == 3)
    }

    @Test(arguments: [
        ["authenticated": false], [:], ["authenticated": "true", "user": ["username": "x"]], ["authenticated": true], ["authenticated": true, "user": ["username": ""]],
        ["authenticated": true, "error": "expired", "user": ["username": "x"]], ["user": ["username": "x"]], [], nil,
    ] as [Value]) func strangers(_ status: Value) async throws {
        reviewer.tokenStatus.withLock { $0 = status }
        let authority = authority()
        #expect(try await authority.caller(token: "x") == nil)
        // That nobody knows it is remembered too.
        #expect(try await authority.caller(token: "x") == nil)
        #expect(reviewer.seen.withLock { $0 }.count == 1)
    }

    @Test func reviewsOfAccess() async throws {
        let authority = authority()
        let caller = Caller(name: "ada", uid: "u", groups: ["g"], extra: ["k": ["v"]])
        let deployment = GroupKind(group: "apps", kind: "Deployment")
        #expect(try await authority.isAllowed(caller, .patch, deployment, namespace: "shop", name: "front-end"))
        let sent = try #require(reviewer.seen.withLock { $0 }.first)
        #expect(sent.path == "/apis/authorization.k8s.io/v1/subjectaccessreviews")
        #expect(
            sent.body["spec"] == [
                "user": "ada", "uid": "u", "groups": ["g"], "extra": ["k": ["v"]],
                "resourceAttributes": ["verb": "patch", "group": "apps", "resource": "deployments", "namespace": "shop", "name": "front-end"],
            ])
        _ = try await authority.isAllowed(caller, .patch, deployment, namespace: "shop", name: "front-end")
        #expect(reviewer.seen.withLock { $0 }.count == 1)
        // The same person with another token is not asked about again.
        var again = caller
        again.extra["authentication.kubernetes.io/credential-id"] = ["JTI=2"]
        _ = try await authority.isAllowed(again, .patch, deployment, namespace: "shop", name: "front-end")
        #expect(reviewer.seen.withLock { $0 }.count == 1)
        // Another verb, name, namespace or caller is another question.
        reviewer.accessStatus.withLock { $0 = ["allowed": false] }
        #expect(try await !authority.isAllowed(caller, .get, deployment, namespace: "shop", name: "front-end"))
        #expect(try await !authority.isAllowed(caller, .patch, deployment, namespace: "shop", name: nil))
        #expect(try await !authority.isAllowed(caller, .patch, deployment, namespace: "back", name: "front-end"))
        #expect(try await !authority.isAllowed(Caller(name: "bob"), .patch, deployment, namespace: "shop", name: "front-end"))
        #expect(try await authority.isAllowed(caller, .patch, deployment, namespace: "shop", name: "front-end"))
        await time.advance(by: .seconds(10))
        #expect(try await !authority.isAllowed(caller, .patch, deployment, namespace: "shop", name: "front-end"))
    }

    @Test(arguments: [["allowed": true, "denied": true], ["allowed": "true"], [:], nil, ["allowed": 1]] as [Value]) func refusals(_ status: Value) async throws {
        reviewer.accessStatus.withLock { $0 = status }
        let isAllowed = try await authority().isAllowed(
            Caller(name: "ada"), .patch, GroupKind(group: "apps", kind: "Deployment"), namespace: "shop", name: "x")
        #expect(!isAllowed)
    }

    @Test func aDaemonThatMayNotAsk() async throws {
        reviewer.status.withLock { $0 = 403 }
        let authority = authority()
        let error = try await #require(throws: AccessError.self) { _ = try await authority.caller(token: "secret-token") }
        #expect(error.description.contains("let the daemon's service account create tokenreviews") && !error.description.contains("secret-token"))
        // A failure is not remembered.
        reviewer.status.withLock { $0 = 201 }
        #expect(try await authority.caller(token: "secret-token") != nil)
    }

    /// Guesses take no more than a few of the connections that things are applied with.
    @Test(.timeLimit(.minutes(5))) func manyAtOnce() async throws {
        let authority = authority()
        _ = try await authority.caller(token: "first")
        let gate = Gate()
        reviewer.gate.withLock { $0 = gate }
        let (refused, answered) = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    do { return try await authority.caller(token: "guess \(number)") != nil } catch { return false }
                }
            }
            // Those over the number fail at once, while nobody is answered.
            var refused = 0
            while refused < 100 - 4 - 64, await group.next() == false { refused += 1 }
            #expect(reviewer.seen.withLock { $0 }.count <= 1 + 4)
            gate.open()
            var answered = 0
            for await outcome in group where outcome { answered += 1 }
            return (refused, answered)
        }
        #expect(refused == 32 && answered == 68)
    }

    @Test(.timeLimit(.minutes(10))) func embeddedCluster() async throws {
        var logger = Logger(label: "cluster") { SwiftLogNoOpLogHandler($0) }
        logger.logLevel = .critical
        let cluster = EmbeddedCluster(options: EmbeddedCluster.Options(), logger: logger)
        let authority = ClusterAuthority(client: cluster.client(userAgent: "test"), time: SystemTime())
        let caller = try #require(try await authority.caller(token: "anything"))
        #expect(caller.name == "kubernetes-admin")
        #expect(try await authority.isAllowed(caller, .patch, GroupKind(group: "apps", kind: "Deployment"), namespace: "shop", name: "x"))
    }
}
