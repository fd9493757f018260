import Basics
import HTTP
import Registry
import TestKit
import Testing

/// The client against a registry that lies, fails and delays.
@Suite(.timeLimit(.minutes(10))) struct RegistryClientTests {
    let registry: FaultyRegistry
    let store: TagStore
    let time = SystemTime()

    init() async throws {
        registry = try await FaultyRegistry()
        store = try TagStore(path: nil)
    }

    func client(_ change: (inout RegistryClient.Settings) -> Void = { _ in }, also: [String] = [], time: (any TimeSource)? = nil) -> RegistryClient {
        var settings = RegistryClient.Settings(insecure: Set([registry.host] + also), requestsPerSecond: 10_000, burst: 10_000)
        change(&settings)
        return RegistryClient(transport: CurlTransport(), settings: settings, time: time ?? self.time, random: RandomSource(seed: 1), store: store)
    }

    func kind(_ work: () async throws(RegistryError) -> some Any) async -> RegistryError.Kind? {
        do throws(RegistryError) { _ = try await work() } catch { return error.kind }
        return nil
    }

    static let built = Timestamp(milliseconds: 1_700_000_000_000)

    @Test func listsTenThousandTagsInPages() async throws {
        let names = (0..<10_000).map { "1.\($0)" }
        registry.setTags(names, of: "big/one")
        #expect(try await client().tagNames(of: registry.repository("big/one"), credential: nil) == names)
        #expect(registry.takeLog().count == 10)
        #expect(await kind { () async throws(RegistryError) in try await client { $0.tagLimit = 9_999 }.tagNames(of: registry.repository("big/one"), credential: nil) } == .tooLarge)
    }

    @Test func unchangedPagesAreNotSentAgain() async throws {
        registry.setTags(["a", "b", "c"], of: "x/y")
        registry.setPageSize(2)
        registry.setETags(true)
        #expect(try await client().tagNames(of: registry.repository("x/y"), credential: nil) == ["a", "b", "c"])
        _ = registry.takeLog()
        // Another client on the same store: a restart.
        #expect(try await client().tagNames(of: registry.repository("x/y"), credential: nil) == ["a", "b", "c"])
        #expect(registry.takeLog().map(\.status) == [304, 304])
        registry.setTags(["a", "b", "c", "d"], of: "x/y")
        #expect(try await client().tagNames(of: registry.repository("x/y"), credential: nil) == ["a", "b", "c", "d"])
        #expect(registry.takeLog().map(\.status) == [304, 200])
    }

    static let lies: [(FaultyRegistry.Fault, RegistryError.Kind)] = [
        (.body("<html>Sign in</html>", type: "text/html"), .badAnswer), (.body(#"{"tags":null}"#), .badAnswer), (.body("{"), .badAnswer), (.body("{}"), .badAnswer),
        (.status(304), .badAnswer), (.status(204), .badAnswer), (.status(500), .unreachable), (.status(502, body: "<html>"), .unreachable), (.status(403), .authentication),
        (.status(401), .authentication), (.status(404), .notFound), (.cut, .unreachable), (.status(302, headers: ["Location": "http://127.0.0.1:1/"]), .badAnswer),
        (.status(200, headers: ["Link": "<https://evil.test/v2/x>; rel=\"next\""], body: #"{"tags":["a"]}"#), .badAnswer),
    ]

    @Test(arguments: lies) func noLieIsAList(_ fault: FaultyRegistry.Fault, _ expected: RegistryError.Kind) async throws {
        registry.setTags(["a", "b", "c", "d"], of: "x")
        registry.setPageSize(2)
        let client = client()
        registry.script("tags/list", fault)
        #expect(await kind { () async throws(RegistryError) in try await client.tagNames(of: registry.repository("x"), credential: nil) } == expected)
        registry.script("last=b", fault)
        #expect(await kind { () async throws(RegistryError) in try await client.tagNames(of: registry.repository("x"), credential: nil) } == expected, "on the second page")
        #expect(try await client.tagNames(of: registry.repository("x"), credential: nil) == ["a", "b", "c", "d"])
    }

    @Test func aListWithoutEndIsAnError() async throws {
        registry.setTags(["a"], of: "x")
        let again = FaultyRegistry.Fault.status(200, headers: ["Link": "</v2/x/tags/list?n=1000>; rel=\"next\""], body: #"{"tags":["a"]}"#)
        registry.script("tags/list", again)
        #expect(await kind { () async throws(RegistryError) in try await client().tagNames(of: registry.repository("x"), credential: nil) } == .badAnswer)
        #expect(registry.takeLog().count == 1)
    }

    @Test func tokensAreKeptAndRenewedInMidList() async throws {
        registry.setTags(["a", "b", "c"], of: "x")
        registry.setPageSize(2)
        registry.requireLogin(user: "me", password: "secret")
        let client = client()
        let credential = RegistryCredential.basic(user: "me", password: "secret")
        #expect(try await client.tagNames(of: registry.repository("x"), credential: credential).count == 3)
        #expect(registry.takeLog().map(\.status) == [401, 200, 200, 200])
        #expect(try await client.tagNames(of: registry.repository("x"), credential: credential).count == 3)
        #expect(registry.takeLog().map(\.status) == [200, 200], "the token is used again")
        registry.script("last=b", .status(401, headers: ["WWW-Authenticate": "Bearer realm=\"http://\(registry.host)/token\",service=\"faulty\""]))
        #expect(try await client.tagNames(of: registry.repository("x"), credential: credential).count == 3)
        #expect(registry.takeLog().map { $0.target.hasPrefix("/token") ? "token" : "\($0.status)" } == ["200", "401", "token", "200"])
        #expect(await kind { () async throws(RegistryError) in try await client.tagNames(of: registry.repository("x"), credential: .basic(user: "me", password: "wrong")) } == .authentication)
        #expect(await kind { () async throws(RegistryError) in try await client.tagNames(of: registry.repository("x"), credential: nil) } == .authentication)
        #expect(try await client.tagNames(of: registry.repository("x"), credential: .identityToken("secret")).count == 3)
    }

    @Test func aTokenServiceWithoutTLSMustBeNamed() async throws {
        registry.setTags(["a"], of: "x")
        registry.script("tags", .status(401, headers: ["WWW-Authenticate": "Bearer realm=\"http://127.0.0.2:9/token\""]))
        #expect(await kind { () async throws(RegistryError) in try await client().tagNames(of: registry.repository("x"), credential: .basic(user: "a", password: "b")) } == .configuration)
    }

    @Test func passwordsGoToNobodyUnasked() async throws {
        registry.setTags(["a"], of: "x")
        _ = try await client().tagNames(of: registry.repository("x"), credential: .basic(user: "a", password: "b"))
        #expect(registry.takeLog().map(\.authorization) == [nil])
        let client = client()
        registry.script("tags", .status(401, headers: ["WWW-Authenticate": "Basic realm=\"x\""]))
        _ = try await client.tagNames(of: registry.repository("x"), credential: .basic(user: "a", password: "b"))
        #expect(registry.takeLog().map(\.authorization) == [nil, "Basic YTpi"])
    }

    @Test(arguments: RegistryImage.Form.allCases) func saysWhenAnImageWasBuilt(_ form: RegistryImage.Form) async throws {
        let digest = registry.push("a/b", tag: "1", createdAt: Self.built, form: form)
        let client = client()
        #expect(try await client.digest(of: registry.repository("a/b"), tag: "1", credential: nil) == digest)
        let details = try await client.details(of: registry.repository("a/b"), reference: "1", credential: nil)
        #expect(details == ImageDetails(digest: digest, builtAt: Self.built, platforms: form == .index ? ["linux/amd64", "linux/arm64"] : ["linux/amd64"]))
        _ = registry.takeLog()
        #expect(try await self.client().details(of: registry.repository("a/b"), reference: "1", credential: nil) == details)
        #expect(registry.takeLog().map(\.method) == ["HEAD"], "a known digest is not asked for again")
        registry.hideDigests()
        #expect(try await client.digest(of: registry.repository("a/b"), tag: "1", credential: nil) == digest, "the digest of the bytes")
        #expect(await kind { () async throws(RegistryError) in try await client.details(of: registry.repository("a/b"), reference: "2", credential: nil) } == .notFound)
    }

    @Test func otherBytesThanTheirDigestAreRefused() async throws {
        registry.corrupt(registry.push("a/b", tag: "1", createdAt: Self.built))
        #expect(await kind { () async throws(RegistryError) in try await client().details(of: registry.repository("a/b"), reference: "1", credential: nil) } == .badAnswer)
    }

    @Test func blobsElsewhereAreFetchedWithoutCredentials() async throws {
        let elsewhere = try await FaultyRegistry()
        elsewhere.push("a/b", tag: "1", createdAt: Self.built)
        registry.push("a/b", tag: "1", createdAt: Self.built)
        registry.redirectBlobs(to: "http://\(elsewhere.host)")
        registry.requireLogin(user: "me", password: "secret")
        let credential = RegistryCredential.basic(user: "me", password: "secret")
        #expect(await kind { () async throws(RegistryError) in try await client().details(of: registry.repository("a/b"), reference: "1", credential: credential) } == .badAnswer, "plain HTTP elsewhere")
        #expect(elsewhere.takeLog().isEmpty)
        let details = try await client(also: [elsewhere.host]).details(of: registry.repository("a/b"), reference: "1", credential: credential)
        #expect(details.builtAt == Self.built)
        #expect(elsewhere.takeLog().map(\.authorization) == [nil])
        // Round and round.
        elsewhere.redirectBlobs(to: "http://\(elsewhere.host)")
        elsewhere.push("a/c", tag: "1", createdAt: Self.built)
        registry.push("a/c", tag: "1", createdAt: Self.built)
        #expect(await kind { () async throws(RegistryError) in try await client(also: [elsewhere.host]).details(of: registry.repository("a/c"), reference: "1", credential: credential) } == .badAnswer)
        #expect(elsewhere.takeLog().count == 5)
    }

    @Test func shortPausesAreWaitedOutForTheWholeHost() async throws {
        registry.setTags(["a"], of: "x")
        registry.setTags(["b"], of: "y")
        let time = VirtualTime()
        let client = client(time: time)
        registry.script("v2/x", .status(429, headers: ["Retry-After": "30"]))
        let first = Task { try await client.tagNames(of: registry.repository("x"), credential: nil) }
        #expect(await time.waitForSleep(of: .seconds(30)))
        #expect(await client.pausedUntil(registry.host) == Timestamp(milliseconds: time.now.milliseconds + 30_000))
        _ = registry.takeLog()
        let second = Task { try await client.tagNames(of: registry.repository("y"), credential: nil) }
        await time.settle()
        #expect(registry.takeLog().isEmpty, "nobody asks during the pause")
        await time.advance(by: .seconds(31))
        #expect(try await first.value == ["a"])
        #expect(try await second.value == ["b"])
    }

    @Test func longPausesFailAtOnce() async throws {
        registry.setTags(["a"], of: "x")
        let time = VirtualTime()
        let client = client(time: time)
        let until = Timestamp(milliseconds: time.now.milliseconds + 3_600_000)
        registry.script("tags", .status(429, headers: ["Retry-After": "3600"]))
        #expect(await kind { () async throws(RegistryError) in try await client.tagNames(of: registry.repository("x"), credential: nil) } == .rateLimited(until: until))
        #expect(await kind { () async throws(RegistryError) in try await client.tagNames(of: registry.repository("x"), credential: nil) } == .rateLimited(until: until))
        #expect(registry.takeLog().count == 1)
        await time.advance(by: .seconds(3601))
        #expect(try await client.tagNames(of: registry.repository("x"), credential: nil) == ["a"])
    }

    @Test func aWaitIsEndedByCancelling() async throws {
        registry.setTags(["a"], of: "x")
        let client = client()
        registry.script("tags", .status(503, headers: ["Retry-After": "50"]))
        let task = Task { await kind { () async throws(RegistryError) in try await client.tagNames(of: registry.repository("x"), credential: nil) } }
        while await client.pausedUntil(registry.host) == nil { try await Task.sleep(for: .milliseconds(2)) }
        task.cancel()
        #expect(await task.value == .cancelled)
    }

    @Test func manyAtOnceAllComeThrough() async throws {
        for index in 0..<40 { registry.setTags(["t\(index)"], of: "r\(index)") }
        let client = client { $0.requestsAtOnce = 3 }
        let lists = try await withThrowingTaskGroup(of: [String].self) { group in
            for index in 0..<40 { group.addTask { try await client.tagNames(of: registry.repository("r\(index)"), credential: nil) } }
            return try await group.reduce(into: Set<String>()) { $0.formUnion($1) }
        }
        #expect(lists.count == 40)
    }

    @Test func namesNeverLeaveTheirPlaceInTheURL() async throws {
        for path in ["../x", "a?b", "a#b", "A", "", "a b"] {
            #expect(await kind { () async throws(RegistryError) in try await client().tagNames(of: registry.repository(path), credential: nil) } == .configuration)
        }
        #expect(await kind { () async throws(RegistryError) in try await client().digest(of: registry.repository("x"), tag: "a/../b", credential: nil) } == .configuration)
        #expect(registry.takeLog().isEmpty)
    }
}
