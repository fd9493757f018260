import Automation
import Basics
import Document
import HTTP
import HTTPTypes
import Kubernetes
import TestKit
import Testing

@testable import Server

/// Browsers: signing in and out, links, and what other sites cannot do.
@Suite struct SessionTests {
    let time = VirtualTime()
    let sessions: Sessions
    let stage = AutomationStage()

    init() { sessions = Sessions(time: time, random: RandomSource(seed: 7)) }

    private func call(_ door: Door = Door(), authorities: [any Authority] = [AutomationStage.Roles()], link: PrintedLink = .none) -> RouterCall {
        RouterCall(stage.daemon(access: AccessControl(authorities, sessions: sessions, door: door, link: link, time: time)))
    }

    private static let frontEnd = "/api/v1/workloads/shop/deployment/front-end"

    /// The id of a `Set-Cookie`.
    private func cookieID(_ answer: RouterCall.Answer) -> String? {
        answer.headers[.setCookie].flatMap { $0.split(separator: ";").first?.split(separator: "=").last.map(String.init) }
    }

    private func signIn(_ call: RouterCall, _ token: String = AutomationStage.token) async throws -> String {
        let answer = try await call("POST", "/api/v1/session", Array(#"{"token":"\#(token)"}"#.utf8))
        #expect(answer.status == 200, "\(answer.text)")
        return try #require(answer.headers[.setCookie]?.split(separator: ";").first.map(String.init))
    }

    @Test func inAndOut() async throws {
        let call = call()
        let answer = try await call("POST", "/api/v1/session", Array(#"{"token":"the-token-of-ada"}"#.utf8))
        #expect(answer.value == ["user": "ada", "by": "cookie", "mayRead": true])
        let cookie = try #require(answer.headers[.setCookie])
        #expect(cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Strict; Max-Age=86400"))
        let id = try #require(cookieID(answer))
        #expect(id.count == 64 && id.allSatisfy(\.isHexDigit) && answer.headers[.cacheControl] == "no-store")
        let mine = [("Cookie", "a=b; martlet_session=\(id)")]
        #expect(try await call("GET", "/api/v1/session", headers: mine).value?["by"] == "cookie")
        #expect(try await call("GET", "/api/v1/session", token: AutomationStage.weakToken).value == ["user": "bob", "by": "token", "mayRead": false])
        #expect(try await call("GET", Self.frontEnd, headers: mine).status == 200)
        let own = mine + [("X-Martlet-Request", "1")]
        let out = try await call("DELETE", "/api/v1/session", headers: own)
        #expect(out.status == 200 && out.headers[.setCookie]?.contains("Max-Age=0") == true)
        #expect(try await call("GET", "/api/v1/session", headers: mine).status == 401)
    }

    /// Each token of an account is told of another credential; the account is one all the same.
    @Test func oneAccountWithManyTokens() {
        let other = sessions.open(.init(caller: Caller(name: "bob"), authority: OwnerAuthority()))
        for number in 0..<1_100 {
            let caller = Caller(name: "ci", uid: "1", extra: ["authentication.kubernetes.io/credential-id": ["JTI=\(number)"]])
            _ = sessions.open(.init(caller: caller, authority: OwnerAuthority()))
        }
        #expect(sessions.count == 21)
        #expect(sessions.admission(other)?.caller.name == "bob")
    }

    @Test(arguments: ["", "martlet_session=", "martlet_session=\(String(repeating: "0", count: 64))", "Martlet_session=x", "martlet_session"])
    func strangeCookies(_ cookie: String) async throws {
        #expect(try await call()("GET", "/api/v1/session", headers: [("Cookie", cookie)]).status == 401)
    }

    /// Somebody who can plant a cookie does not choose whose session it is.
    @Test func twoCookies() async throws {
        let call = call()
        let (mine, other) = (try await signIn(call), try await signIn(call, AutomationStage.weakToken))
        #expect(try await call("GET", "/api/v1/session", headers: [("Cookie", "\(other); \(mine)")]).status == 401)
    }

    static let foreign: [[(String, String)]] = [
        [], [("X-Martlet-Request", "0")], [("X-Martlet-Request", "1"), ("Origin", "https://evil.example")],
        [("X-Martlet-Request", "1"), ("Origin", "null")], [("X-Martlet-Request", "1"), ("Origin", "http://martlet.evil.example")],
        [("X-Martlet-Request", "1"), ("Sec-Fetch-Site", "cross-site")], [("X-Martlet-Request", "1"), ("Sec-Fetch-Site", "same-site")],
        [("Origin", "http://martlet")],
    ]

    @Test(arguments: foreign.indices) func requestsOfOtherSites(_ index: Int) async throws {
        let call = call()
        let cookie = try await signIn(call)
        for path in ["\(Self.frontEnd)/lock", "\(Self.frontEnd)/promote"] {
            let answer = try await call("POST", path, headers: [("Cookie", cookie)] + Self.foreign[index], Array(#"{"reason":"x"}"#.utf8))
            #expect(answer.status == 403 && answer.text.contains("the page itself"), "\(answer.text)")
        }
        let out = try await call("DELETE", "/api/v1/session", headers: [("Cookie", cookie)] + Self.foreign[index])
        #expect(out.status == 403)
        #expect(stage.asked.withLock { $0 }.isEmpty && stage.requests.withLock { $0 }.isEmpty)
        #expect(try await call("GET", "/api/v1/session", headers: [("Cookie", cookie)]).status == 200)
    }

    static let own: [[(String, String)]] = [
        [("X-Martlet-Request", "1")], [("X-Martlet-Request", "1"), ("Origin", "http://martlet"), ("Sec-Fetch-Site", "same-origin")],
        [("X-Martlet-Request", "1"), ("Origin", "https://deploy.example.com")],
        [("X-Martlet-Request", "1"), ("Origin", "null"), ("Sec-Fetch-Site", "same-origin")],
    ]

    @Test(arguments: own.indices) func requestsOfThePage(_ index: Int) async throws {
        let call = call(Door(listeningOn: "0.0.0.0", external: Address("https://deploy.example.com")))
        let cookie = try await signIn(call)
        let answer = try await call(
            "POST", "\(Self.frontEnd)/lock", headers: [("Cookie", cookie)] + Self.own[index], Array(#"{"reason":"x"}"#.utf8))
        #expect(answer.status == 200, "\(answer.text)")
        #expect(stage.asked.withLock { $0 }.map(\.requester.name) == ["ada"])
    }

    /// A token is in no browser's jar: who has it needs no header.
    @Test func tokensNeedNoHeader() async throws {
        let answer = try await call()("POST", "\(Self.frontEnd)/unlock", token: AutomationStage.token, Array("{}".utf8))
        #expect(answer.status == 200)
    }

    @Test func rolesHoldForCookies() async throws {
        let call = call()
        let cookie = try await signIn(call, AutomationStage.weakToken)
        let answer = try await call(
            "POST", "\(Self.frontEnd)/lock", headers: [("Cookie", cookie), ("X-Martlet-Request", "1")], Array(#"{"reason":"x"}"#.utf8))
        #expect(answer.status == 403 && answer.text.contains("may not patch"))
    }

    /// Who opens a used link sees the page with what is wrong; who is signed in already is let through.
    @Test func usedLinks() async throws {
        let call = call(authorities: [], link: .once(by: "martlet demo"))
        let (link, browser) = (sessions.link(owner: Caller(name: "ada")), [("Accept", "text/html,*/*;q=0.8")])
        let first = try await call("GET", link, headers: browser)
        #expect(first.status == 303 && first.headers[.location] == "/")
        let again = try await call("GET", link, headers: browser)
        #expect(again.status == 401 && again.headers[.contentType] == "text/html; charset=utf-8")
        #expect(again.text.contains("this link was used") && again.text.contains("<p id=\"sign-in-link\"") && again.text.contains("Open the link that"))
        let cookie = try #require(first.headers[.setCookie]?.split(separator: ";").first.map(String.init))
        #expect(try await call("GET", link, headers: browser + [("Cookie", cookie)]).status == 303)
        #expect(try await call("GET", "/login", headers: browser + [("Cookie", cookie)]).status == 303)
        #expect(try await call("GET", link).kind == "unauthorized", "a program reads JSON")
    }

    // MARK: how long and how many

    @Test func idleSessionsEnd() async throws {
        let call = call()
        let cookie = [("Cookie", try await signIn(call))]
        await time.advance(by: .seconds(8 * 3600 - 1))
        #expect(try await call("GET", "/api/v1/session", headers: cookie).status == 200)
        await time.advance(by: .seconds(8 * 3600))
        #expect(try await call("GET", "/api/v1/session", headers: cookie).status == 401)
    }

    @Test func busySessionsEndToo() async throws {
        let call = call()
        let cookie = [("Cookie", try await signIn(call))]
        for _ in 0..<23 {
            await time.advance(by: .seconds(3600))
            #expect(try await call("GET", "/api/v1/session", headers: cookie).status == 200)
        }
        await time.advance(by: .seconds(3600))
        #expect(try await call("GET", "/api/v1/session", headers: cookie).status == 401)
    }

    /// A service account's token says when it ends.
    @Test func sessionsEndWithTheirToken() async throws {
        struct Anyone: Authority {
            func caller(token: String) async throws(AccessError) -> Caller? { Caller(name: "sa") }
            func isAllowed(
                _ caller: Caller, _ verb: AccessVerb, _ workload: GroupKind, namespace: String, name: String?
            ) async throws(AccessError) -> Bool { true }
        }
        let end = time.now.adding(.seconds(600)).milliseconds / 1000
        let payload = Base64.encode(Array(#"{"exp":\#(end)}"#.utf8)).filter { $0 != "=" }
        let call = call(authorities: [Anyone()])
        let cookie = [("Cookie", try await signIn(call, "h.\(payload).s"))]
        await time.advance(by: .seconds(590))
        #expect(try await call("GET", "/api/v1/session", headers: cookie).status == 200)
        await time.advance(by: .seconds(11))
        #expect(try await call("GET", "/api/v1/session", headers: cookie).status == 401)
    }

    @Test func atMostAThousand() async throws {
        func open(_ name: String) -> String { sessions.open(.init(caller: Caller(name: name), authority: OwnerAuthority())) }
        let first = open("first")
        await time.advance(by: .seconds(1))
        let second = open("second")
        await time.advance(by: .seconds(1))
        for number in 0..<998 { _ = open("\(number / 20)") }
        await time.advance(by: .seconds(1))
        #expect(sessions.admission(first) != nil, "used just now")
        _ = open("last")
        #expect(sessions.count == 1_000)
        #expect(sessions.admission(first) != nil)
        #expect(sessions.admission(second) == nil)
    }

    /// Who signs in again and again ends sessions of their own, not those of others.
    @Test func atMostTwentyOfOne() async throws {
        func open(_ name: String) -> String { sessions.open(.init(caller: Caller(name: name), authority: OwnerAuthority())) }
        let other = open("other")
        await time.advance(by: .seconds(1))
        let first = open("one")
        await time.advance(by: .seconds(1))
        for _ in 0..<20 { _ = open("one") }
        #expect(sessions.count == 21)
        #expect(sessions.admission(first) == nil)
        #expect(sessions.admission(other) != nil)
    }

    // MARK: links

    @Test func linksSignInOnce() async throws {
        let call = call(Door(listeningOn: "127.0.0.1", external: nil), authorities: [], link: .repeatable(by: "martlet run"))
        func local(_ method: String, _ path: String, _ headers: [(String, String)] = [], _ body: String = "") async throws -> RouterCall.Answer {
            try await call(method, path, headers: headers, authority: "127.0.0.1:8080", Array(body.utf8))
        }
        let link = sessions.link(owner: Caller(name: "ann"))
        let answer = try await local("GET", link)
        #expect(answer.status == 303 && answer.headers[.location] == "/" && answer.headers[.cacheControl] == "no-store", "\(answer.text)")
        let cookie = [("Cookie", "martlet_session_8080=\(try #require(cookieID(answer)))")]
        #expect(try await local("GET", "/api/v1/session", cookie).value == ["user": "ann", "by": "cookie", "mayRead": true])
        let locked = try await local("POST", "\(Self.frontEnd)/lock", cookie + [("X-Martlet-Request", "1")], #"{"reason":"x"}"#)
        #expect(locked.status == 200, "\(locked.text)")
        #expect(try await local("GET", link).status == 401, "once")
        let old = sessions.link(owner: Caller(name: "ann"))
        let new = sessions.link(owner: Caller(name: "ann"))
        #expect(try await local("GET", old).status == 401, "the newest counts")
        await time.advance(by: .seconds(601))
        let late = try await local("GET", new)
        #expect(late.status == 401 && late.text.contains("USR1"))
        #expect(try await local("POST", "/api/v1/session", [], #"{"token":"x"}"#).status == 403)
    }

    static let names: [(String, Bool)] = [
        ("localhost", true), ("LOCALHOST:8080", true), ("127.0.0.1:8080", true), ("[::1]:8080", true), ("deploy.example.com", true),
        ("evil.example", false), ("127.0.0.1.evil.example", false), ("localhost.evil.example:8080", false), ("", false), ("[::2]", false),
    ]

    /// A name of somebody else's that leads here.
    @Test(arguments: names) func rebinding(_ name: String, _ isAnswered: Bool) async throws {
        let call = call(Door(listeningOn: "127.0.0.1", external: Address("https://deploy.example.com:8443")))
        for path in ["/api/v1/session", "/api/v1/status", sessions.link(owner: Caller(name: "ann"))] {
            let answer = try await call("GET", path, authority: name)
            #expect((answer.status != 421) == isAnswered, "\(path): \(answer.text)")
        }
        for path in ["/healthz", "/metrics"] { #expect(try await call("GET", path, authority: name).status == 200) }
        #expect(try await call("GET", Self.frontEnd, token: AutomationStage.token, authority: name).status == 200)
        #expect(try await self.call()("GET", "/api/v1/status", authority: name).status == 200, "in a cluster any name leads to it")
    }

    @Test func secureWhenSo() async throws {
        let call = call(Door(listeningOn: "0.0.0.0", external: Address("https://deploy.example.com")))
        let form = Array(#"{"token":"the-token-of-ada"}"#.utf8)
        let forwarded = try await call("POST", "/api/v1/session", authority: "localhost:8080", form)
        #expect(forwarded.headers[.setCookie]?.hasPrefix("martlet_session_8080=") == true, "a forwarded port has no TLS")
        let answer = try await call("POST", "/api/v1/session", authority: "deploy.example.com", form)
        #expect(answer.headers[.setCookie]?.hasSuffix("; Secure") == true && answer.headers[.setCookie]?.hasPrefix("__Host-martlet_session=") == true)
        let id = try #require(cookieID(answer))
        #expect(try await call("GET", "/api/v1/session", headers: [("Cookie", "__Host-martlet_session=\(id)")], authority: "deploy.example.com").status == 200)
        #expect(try await call("GET", "/api/v1/session", headers: [("Cookie", "martlet_session=\(id)")], authority: "deploy.example.com").status == 401, "a sibling may have planted it")
    }

    static let ports: [(String, String)] = [
        ("localhost:8080", "martlet_session_8080"), ("[::1]:9", "martlet_session_9"), ("[::1]", "martlet_session"), ("martlet", "martlet_session"),
        ("martlet:x=y", "martlet_session"), ("martlet:70000", "martlet_session"), ("martlet:", "martlet_session"),
    ]

    /// Cookies do not tell ports apart, so their names do.
    @Test(arguments: ports) func twoDaemonsOfAMachine(_ authority: String, _ name: String) async throws {
        let call = call()
        let answer = try await call("POST", "/api/v1/session", authority: authority, Array(#"{"token":"the-token-of-ada"}"#.utf8))
        #expect(answer.headers[.setCookie]?.hasPrefix("\(name)=") == true, "\(answer.headers)")
        let jar = [("Cookie", "martlet_session_1234=\(String(repeating: "0", count: 64)); \(name)=\(try #require(cookieID(answer)))")]
        #expect(try await call("GET", "/api/v1/session", headers: jar, authority: authority).status == 200)
        let out = try await call("DELETE", "/api/v1/session", headers: jar + [("X-Martlet-Request", "1")], authority: authority)
        #expect(out.headers[.setCookie]?.hasPrefix("\(name)=;") == true)
        #expect(try await call("GET", "/api/v1/session", headers: jar, authority: authority).status == 401)
    }

    // MARK: the form

    @Test func formWithoutScripts() async throws {
        let call = call()
        let body = Array("token=the-token%2Dof-ada+".utf8)
        let type = "application/x-www-form-urlencoded"
        let answer = try await call("POST", "/login", type: type, headers: [("Origin", "null"), ("Sec-Fetch-Site", "same-origin")], body)
        #expect(answer.status == 303 && cookieID(answer)?.count == 64, "\(answer.text)")
        for headers in [[], [("Origin", "null")], [("Origin", "https://evil.example")], [("Sec-Fetch-Site", "cross-site")]] {
            #expect(try await call("POST", "/login", type: type, headers: headers, body).status == 403)
        }
        let json = try await call("POST", "/login", headers: [("Sec-Fetch-Site", "same-origin")], body)
        #expect(json.status == 415)
    }
}
