import Basics
import HTTP
import Testing

@testable import Registry

/// The pure readers of what registries say.
@Suite struct ProtocolTests {
    static let challenges: [(String, [AuthenticateChallenge])] = [
        (
            #"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull,push""#,
            [.init(scheme: "bearer", parameters: ["realm": "https://auth.docker.io/token", "service": "registry.docker.io", "scope": "repository:library/nginx:pull,push"])]
        ),
        (#"Basic realm="a \"b\" \\ c", Bearer realm=https://x/t"#, [.init(scheme: "basic", parameters: ["realm": #"a "b" \ c"#]), .init(scheme: "bearer", parameters: ["realm": "https://x/t"])]),
        (#"Negotiate, BASIC Realm = "x" , charset="UTF-8""#, [.init(scheme: "negotiate"), .init(scheme: "basic", parameters: ["realm": "x", "charset": "UTF-8"])]),
        (#"Negotiate oRQwEqADCgEBoQsGCSqGSIb3EgECAg==, Basic realm="x""#, [.init(scheme: "negotiate"), .init(scheme: "basic", parameters: ["realm": "x"])]),
        (#"Bearer realm="never closed"#, [.init(scheme: "bearer")]),
        ("", []), (",,,", []), ("=", []), (#""quoted""#, []), (#"realm="x""#, []),
    ]

    @Test(arguments: challenges) func readsChallenges(_ text: String, _ expected: [AuthenticateChallenge]) {
        #expect(AuthenticateChallenge.parse([text]) == expected)
    }

    @Test func challengesOfSeveralFieldsAreOneList() {
        #expect(AuthenticateChallenge.parse([#"Basic realm="a""#, #"Bearer realm="b""#]).map(\.scheme) == ["basic", "bearer"])
    }

    static let tokens: [(String, String?, Int64)] = [
        (#"{"token":"a"}"#, "a", 48), (#"{"access_token":"b","expires_in":300}"#, "b", 240), (#"{"token":"a","access_token":"b","expires_in":10}"#, "a", 8),
        (#"{"token":"","access_token":"b"}"#, "b", 48), (#"{"token":"a","expires_in":-5}"#, "a", 48), (#"{"token":"a","expires_in":99999999999999}"#, "a", 69_120),
        (#"{"token":"a\r\nX: y"}"#, nil, 0), (#"{"token":7}"#, nil, 0), ("[]", nil, 0), ("<html>", nil, 0), ("", nil, 0),
    ]

    @Test(arguments: tokens) func readsTokens(_ body: String, _ text: String?, _ seconds: Int64) {
        let token = AccessToken.parse(Array(body.utf8), at: .seconds(1000))
        #expect(token?.text == text)
        if let token { #expect(token.refreshesAt == .seconds(1000 + seconds)) }
    }

    static let links: [(String, String?)] = [
        ("</v2/a/tags/list?n=2&last=b>; rel=\"next\"", "/v2/a/tags/list?n=2&last=b"), ("<x>; rel=next", "x"), ("<x>; rel=\"prev\", <y>; title=\"a,b;c\"; rel=\"NEXT last\"", "y"),
        ("<x>; rel=\"first\"", nil), ("<x>", nil), ("x; rel=next", nil), ("<x; rel=next", nil), ("", nil),
    ]

    @Test(arguments: links) func findsTheNextPage(_ field: String, _ target: String?) { #expect(LinkField.next([field]) == target) }

    static let pages: [(String, String?)] = [
        ("/v2/b?last=x", "https://r.io:5000/v2/b?last=x"), ("?last=x", "https://r.io:5000/v2/a/tags/list?last=x"), ("list?last=x", "https://r.io:5000/v2/a/tags/list?last=x"),
        ("http://r.io:5000/v2/c", "https://r.io:5000/v2/c"), ("https://R.IO:5000/v2/c", "https://r.io:5000/v2/c"), ("//r.io:5000/x", "https://r.io:5000/x"),
        ("https://evil.io/v2/c", nil), ("https://r.io/v2/c", nil), ("https://r.io:5000@evil.io/", nil), ("https://user@r.io:5000/", nil), ("//evil.io/x", nil), ("ftp://r.io:5000/x", nil),
        ("a b", nil), ("javascript:x", nil),
    ]

    @Test(arguments: pages) func nextPagesStayOnTheHost(_ link: String, _ expected: String?) throws {
        let page = try #require(RegistryAddress("https://r.io:5000/v2/a/tags/list?n=2"))
        #expect(page.nextPage(link)?.url == expected)
    }

    static let retries: [(String?, Duration?)] = [
        ("120", .seconds(120)), (" 5 ", .seconds(5)), ("0", .zero), ("99999999999999999999", .seconds(86_400)), ("Wed, 21 Oct 2026 07:28:30 GMT", .seconds(30)),
        ("Wednesday, 21-Oct-26 07:28:30 GMT", .seconds(30)), ("Wed Oct 21 07:28:30 2026", .seconds(30)), ("Wed, 21 Oct 2020 07:28:30 GMT", .zero),
        ("1792567740", .seconds(60)), ("-1", nil), ("1.5", nil), ("soon", nil), ("", nil), (nil, nil), ("Wed, 99 Oct 2026 07:28:30 GMT", nil), ("Wed, 21 Foo 2026 07:28:30 GMT", nil),
        ("Wed, 21 Oct 2026 25:28:30 GMT", nil),
    ]

    @Test(arguments: retries) func readsRetryAfter(_ text: String?, _ expected: Duration?) throws {
        let now = try #require(Timestamp("2026-10-21T07:28:00Z"))
        #expect(RetryAfter.parse(text, now: now) == expected)
    }

    static let badPages = [
        #"{"name":"a","tags":null}"#, #"{"name":"a"}"#, "[]", "null", "", "<html><body>Sign in</body></html>", #"{"tags":{}}"#, #"{"tags":["a",1]}"#, #"{"tags":["a""#,
        #"{"errors":[{"code":"UNKNOWN"}]}"#,
    ]

    @Test(arguments: badPages) func aPageThatIsNoneIsNotAnEmptyOne(_ body: String) {
        #expect(throws: TagPage.Problem.self) { try TagPage.names(Array(body.utf8)) }
    }

    @Test func aPageMayBeEmptyAndLeavesOutWhatIsNoTag() throws {
        #expect(try TagPage.names(Array(#"{"tags":[]}"#.utf8)) == [])
        #expect(try TagPage.names(Array(#"{"tags":["a","b c","-x","","b"]}"#.utf8)) == ["a", "b"])
        var names = TagNames(limit: 3)
        let answers = [["a", "b"], ["b", "c", "a"], ["d"]].map { names.add($0) }
        #expect(answers == [true, true, false])
        #expect(names.names == ["a", "b", "c"])
    }

    @Test func budgetsSpreadRequestsAndPause() {
        var budget = HostBudget(perSecond: 10, burst: 3, longestPause: .seconds(60))
        let random = RandomSource(seed: 1)
        for _ in 0..<3 { #expect(budget.admit(at: .zero) == .go) }
        #expect(budget.admit(at: .zero) == .wait(.milliseconds(100)))
        #expect(budget.admit(at: .milliseconds(100)) == .go)
        #expect(budget.admit(at: .milliseconds(150)) == .wait(.milliseconds(50)))
        budget.pause(for: .seconds(30), at: .seconds(10), random: random)
        #expect(budget.admit(at: .seconds(20)) == .wait(.seconds(20)))
        budget.pause(for: .seconds(5), at: .seconds(20), random: random)
        #expect(budget.admit(at: .seconds(26)) == .wait(.seconds(14)), "a shorter pause does not end a longer one")
        #expect(budget.admit(at: .seconds(40)) == .go)
        budget.pause(for: .seconds(90), at: .seconds(50), random: random)
        #expect(budget.admit(at: .seconds(50)) == .refused(.seconds(90)))
        #expect(budget.admit(at: .seconds(80)) == .wait(.seconds(60)))
        budget.succeeded()
        budget.pause(for: nil, at: .seconds(200), random: random)
        #expect(budget.pausedUntil.map { $0 > .seconds(200) && $0 <= .seconds(201) } == true)
    }

    /// All requests that were under way are answered alike.
    @Test func aBurstOfRefusalsIsOnePause() {
        var budget = HostBudget(perSecond: 100, burst: 10, longestPause: .seconds(60))
        let random = RandomSource(seed: 1)
        for _ in 0..<8 { budget.pause(for: .seconds(1), at: .zero, random: random) }
        #expect(budget.admit(at: .zero) == .wait(.seconds(1)))
        budget.pause(for: .seconds(3), at: .milliseconds(500), random: random)
        #expect(budget.admit(at: .milliseconds(500)) == .wait(.seconds(3)), "who says more is heard")
        // The next one doubles.
        #expect(budget.admit(at: .seconds(4)) == .go)
        budget.pause(for: nil, at: .seconds(4), random: random)
        #expect(budget.pausedUntil.map { $0 > .seconds(4) && $0 <= .seconds(6) } == true)
    }

    @Test func aPauseOfNothingIsNone() {
        var budget = HostBudget(perSecond: 10, burst: 3, longestPause: .seconds(600))
        let random = RandomSource(seed: 1)
        var now = Duration.zero
        var last = Duration.zero
        for _ in 0..<12 {
            budget.pause(for: .zero, at: now, random: random)
            last = (budget.pausedUntil ?? now) - now
            #expect(last > .zero)
            now += last
        }
        #expect(last > .seconds(60), "they double")
    }

    static let ports: [(String, String, String)] = [
        ("https", "R.io:443", "https://r.io/"), ("http", "r.io:80", "http://r.io/"), ("http", "r.io:443", "http://r.io:443/"), ("https", "r.io:80", "https://r.io:80/"),
        ("https", "[::1]:443", "https://[::1]/"), ("https", "[fe80::443]", "https://[fe80::443]/"), ("https", "r.io:5000", "https://r.io:5000/"),
    ]

    @Test(arguments: ports) func aDefaultPortIsNone(_ scheme: String, _ authority: String, _ url: String) throws {
        let address = RegistryAddress(scheme: scheme, authority: authority, target: "/")
        #expect(address.url == url)
        #expect(try #require(RegistryAddress("\(scheme)://\(authority)/")) == address)
        #expect(address.resolve("/x")?.hasSameOrigin(as: address) == true && address.nextPage("/x") != nil)
    }

    /// An image may say the port that is meant anyway.
    @Test func imagesWithADefaultPort() async throws {
        let settings = RegistryClient.Settings(insecure: ["plain.io:80"])
        let client = RegistryClient(transport: NoTransport(), settings: settings, time: SystemTime(), random: RandomSource(), store: try TagStore(path: nil))
        let home = await client.home(of: "reg.example.com:443", "/v2/shop/x/tags/list")
        #expect(home.nextPage("/v2/shop/x/tags/list?last=b")?.url == "https://reg.example.com/v2/shop/x/tags/list?last=b")
        #expect(await client.home(of: "plain.io:80", "/").url == "http://plain.io/")
        // Another name for what is secure stays secure.
        #expect(await client.home(of: "plain.io", "/").url == "https://plain.io/")
        #expect(await client.isAllowed(try #require(RegistryAddress("http://plain.io/x"))))
        #expect(await !client.isAllowed(try #require(RegistryAddress("http://other.io/x"))))
    }

    private struct NoTransport: HTTPTransport {
        func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse { throw .connection("none") }
    }

    @Test func validatorsOfTheLastMinuteAreNone() throws {
        let now = try #require(Timestamp("2026-10-21T07:28:00Z"))
        #expect(PageValidator([:], now: now) == nil)
        #expect(PageValidator(["Last-Modified": "Wed, 21 Oct 2026 07:27:30 GMT"], now: now) == nil)
        #expect(PageValidator(["Last-Modified": "Wed, 21 Oct 2026 07:20:30 GMT"], now: now) != nil)
        #expect(PageValidator(["ETag": "W/\"x\""], now: now)?.etag == "W/\"x\"")
    }

    @Test func readsManifestsOfEveryForm() {
        func parse(_ text: String) -> ImageManifest? { ImageManifest.parse(Array(text.utf8)) }
        let digest = ImageReferenceTests.digest
        #expect(parse(#"{"config":{"digest":"\#(digest)","size":7},"annotations":{"org.opencontainers.image.created":"2026-01-02T03:04:05Z"}}"#)
            == .image(config: .init(digest: digest, size: 7), created: Timestamp("2026-01-02T03:04:05Z")))
        #expect(
            parse(
                #"{"manifests":[{"digest":"\#(digest)","platform":{"os":"linux","architecture":"arm64","variant":"v8"}},{"digest":"\#(digest)","annotations":{"vnd.docker.reference.type":"attestation-manifest"}},{"digest":"../x"}]}"#)
                == .index([.init(digest: digest, platform: "linux/arm64/v8")], created: nil))
        #expect(
            parse(#"{"schemaVersion":1,"architecture":"amd64","history":[{"v1Compatibility":"{\"created\":\"2016-01-02T03:04:05.6Z\"}"}]}"#)
                == .schema1(created: Timestamp("2016-01-02T03:04:05.6Z"), platform: "linux/amd64"))
        for bad in ["", "[]", "{}", #"{"config":{"digest":"x"}}"#, #"{"schemaVersion":1}"#, "<html>"] { #expect(parse(bad) == nil) }
        #expect(ImageManifest.configuration(Array(#"{"created":"0001-01-01T00:00:00Z"}"#.utf8))?.created == nil)
    }
}
