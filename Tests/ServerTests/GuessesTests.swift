import Basics
import Document
import Kubernetes
import TestKit
import Testing

@testable import Server

/// Tokens that nobody knows are few, whichever way they come, and in nobody else's way.
@Suite struct GuessesTests {
    private let time = VirtualTime()
    private let stage = AutomationStage()

    private func call(_ authorities: [any Authority] = [AutomationStage.Roles()]) -> RouterCall {
        RouterCall(stage.daemon(access: AccessControl(authorities, sessions: Sessions(time: time, random: RandomSource(seed: 7)), time: time)))
    }

    private static let frontEnd = "/api/v1/workloads/shop/deployment/front-end"

    private static let form = [("Sec-Fetch-Site", "same-origin")]

    private func signIn(_ call: RouterCall, _ token: String, from remote: String) async throws -> RouterCall.Answer {
        try await call("POST", "/api/v1/session", from: remote, Array(#"{"token":"\#(token)"}"#.utf8))
    }

    /// One limit for the header, the page, the API's way in and the form's.
    @Test func whicheverWay() async throws {
        let call = call()
        for number in 0..<3 {
            #expect(try await call("GET", Self.frontEnd, token: "a\(number)", from: "10.0.0.1").status == 401)
            #expect(try await signIn(call, "b\(number)", from: "10.0.0.1").status == 401)
            let body = Array("token=c\(number)".utf8)
            #expect(try await call("POST", "/login", type: "application/x-www-form-urlencoded", headers: Self.form, from: "10.0.0.1", body).status == 401)
        }
        // What is open to all says more to some, and so tells whether a token is right.
        #expect(try await call("GET", "/api/v1/status", token: "d", from: "10.0.0.1").status == 200)
        let answer = try await call("GET", Self.frontEnd, token: "e", from: "10.0.0.1")
        #expect(answer.status == 429 && answer.kind == "tooMany" && answer.text.contains("try again in 3 s"), "\(answer.text)")
        #expect(try await signIn(call, "f", from: "10.0.0.1").status == 429)
        #expect(try await call("GET", "/", token: "g", from: "10.0.0.1").status == 429)
        #expect(try await call("GET", "/login?ticket=x", from: "10.0.0.1").status == 401, "a link is not guessed, and takes no attempt")
        #expect(try await call("GET", "/healthz", from: "10.0.0.1").status == 200)
        #expect(try await signIn(call, AutomationStage.token, from: "10.0.0.2").status == 200, "others are elsewhere")
        await time.advance(by: .seconds(2))
        #expect(try await signIn(call, AutomationStage.token, from: "10.0.0.1").status == 200)
        #expect(try await call("GET", Self.frontEnd, token: "h", from: "10.0.0.1").status == 401, "what is right takes nothing")
        #expect(try await call("GET", Self.frontEnd, token: "i", from: "10.0.0.1").status == 429)
    }

    /// Behind one address, such as a proxy's, who is known goes on, and a stale token costs once.
    @Test func whatWasLookedAtIsNoGuess() async throws {
        let call = call()
        #expect(try await call("GET", Self.frontEnd, token: AutomationStage.token).status == 200)
        for _ in 0..<50 { #expect(try await call("GET", Self.frontEnd, token: "stale").status == 401) }
        #expect(try await call("GET", Self.frontEnd, token: AutomationStage.weakToken).status == 200)
        for number in 0..<9 { #expect(try await call("GET", Self.frontEnd, token: "\(number)").status == 401) }
        #expect(try await call("GET", Self.frontEnd, token: "guess").status == 429)
        for token in [AutomationStage.token, AutomationStage.weakToken] { #expect(try await call("GET", Self.frontEnd, token: token).status == 200) }
        #expect(try await call("GET", Self.frontEnd, token: "stale").status == 401)
    }

    /// As many at once as one after the other.
    @Test func atOnce() async throws {
        struct Slow: Authority {
            let asked: Locked<Int>
            func caller(token: String) async throws(AccessError) -> Caller? {
                asked.withLock { $0 += 1 }
                try? await Task.sleep(for: .milliseconds(20))
                return nil
            }
            func isAllowed(_ caller: Caller, _ verb: AccessVerb, _ workload: GroupKind, namespace: String, name: String?) async throws(AccessError) -> Bool { false }
        }
        let asked = Locked(0)
        let call = call([Slow(asked: asked)])
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<100 { group.addTask { _ = try? await call("GET", Self.frontEnd, token: "\(number)") } }
        }
        #expect(asked.withLock { $0 } == 10)
    }

    /// A page or a script that asks for much at once with its one token.
    @Test func oneTokenAtOnceIsOneGuess() async {
        let guesses = Guesses(time: time)
        var attempts: [Guesses.Attempt] = []
        for _ in 0..<30 { if case .look(let attempt) = guesses.begin("right", from: "10.0.0.1") { attempts.append(attempt) } }
        #expect(attempts.count == 30)
        for attempt in attempts { guesses.succeeded(attempt) }
        for number in 0..<10 {
            guard case .look(let attempt) = guesses.begin("\(number)", from: "10.0.0.1") else { return #expect(Bool(false), "\(number)") }
            guesses.failed(attempt)
        }
        if case .look = guesses.begin("x", from: "10.0.0.1") { #expect(Bool(false), "one too many") }
    }

    /// While the cluster does not answer, nobody is told that they guess.
    @Test func whatCannotBeCheckedIsNoGuess() async throws {
        struct Away: Authority {
            func caller(token: String) async throws(AccessError) -> Caller? { throw AccessError("the cluster is away", advice: "wait") }
            func isAllowed(_ caller: Caller, _ verb: AccessVerb, _ workload: GroupKind, namespace: String, name: String?) async throws(AccessError) -> Bool { false }
        }
        let call = call([Away()])
        for number in 0..<30 { #expect(try await call("GET", Self.frontEnd, token: "\(number % 15)", from: "10.0.0.1").status == 503) }
    }

    @Test func fewAddressesAreKept() async {
        var limits = Guesses.Limits()
        (limits.addresses, limits.most) = (3, 1)
        let guesses = Guesses(limits: limits, time: time)
        func mayLook(_ token: String, _ remote: String) -> Bool { if case .look = guesses.begin(token, from: remote) { true } else { false } }
        for number in 0..<10 {
            #expect(mayLook("\(number)", "10.0.0.\(number)"))
            await time.advance(by: .milliseconds(1))
        }
        #expect(!mayLook("x", "10.0.0.9") && !mayLook("x", "10.0.0.8") && !mayLook("x", "10.0.0.7"))
        #expect(mayLook("x", "10.0.0.0"), "forgotten")
    }

    @Test(arguments: [
        ("10.1.2.3", "10.1.2.3"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"), ("2001:db8::1", "2001:db8:0:0"), ("::1", "0:0:0:0"), ("fe80::1:2", "fe80:0:0:0"),
        ("2001:db8:1:2::9", "2001:db8:1:2"), ("::ffff:10.1.2.3", "::ffff:10.1.2.3"), ("", ""), ("::", "0:0:0:0"), ("1::2:3:4:5:6:7", "1:0:2:3"),
    ]) func networks(_ remote: String, _ network: String) { #expect(Guesses.network(of: remote) == network) }
}
