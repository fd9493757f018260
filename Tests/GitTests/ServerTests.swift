import Basics
import Git
import HTTP
import TestKit
import Testing

/// git's own server programs on the loopback.
@Suite struct HTTPSTests {
    let folder: TemporaryFolder
    let repository: TestRepository
    let certificates: TestCertificates

    init() async throws {
        folder = try TemporaryFolder()
        repository = try await TestRepository(in: folder)
        certificates = try TestCertificates()
    }

    private func remote(
        _ server: GitServer, _ credentials: GitCredentials = .none, name: String = "repository.git", stallTimeout: Duration = .seconds(20)
    ) -> GitRemote {
        GitRemote(url: server.url(name), credentials: credentials, tls: certificates.trust, stallTimeout: stallTimeout)
    }

    private func kind(_ mirror: Mirror, _ reference: GitReference = .branch("main")) async -> GitError.Kind? {
        do {
            _ = try await mirror.fetch(reference)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func fetch() async throws {
        let server = try await GitServer(root: folder.path, certificates: certificates)
        let one = try await repository.commit("one", ["a": "1"])
        let mirror = try await Mirror(path: folder.file("m"), remote: remote(server))
        #expect(try await mirror.fetch(.branch("main")).tip == one)
        var files: [String: TestRepository.Change] = [:]
        for number in 0..<300 { files["f\(number)"] = .text("\(number) \(String(repeating: "abc\(number)", count: 200))") }
        let two = try await repository.commit("two", files)
        #expect(try await mirror.fetch(.branch("main")) == FetchResult(tip: two, previous: one, isRewritten: false))
        #expect(try await mirror.tree(at: two, under: "").entries.count == 301)
        // A steady state is one request.
        let before = server.requests.count
        #expect(try await mirror.fetch(.branch("main")).tip == two)
        #expect(Array(server.requests.dropFirst(before)) == ["GET /repository.git/info/refs?service=git-upload-pack"])
        await server.stop()
    }

    @Test func credentials() async throws {
        try await repository.commit("one", ["a": "1"])
        let basic = try await GitServer(root: folder.path, access: .basic(user: "me", password: "p@ss:word"), certificates: certificates)
        let bearer = try await GitServer(root: folder.path, access: .bearer(token: "good"), certificates: certificates)
        for (number, (server, credentials, expected)) in [
            (basic, GitCredentials.basic(user: "me", password: "p@ss:word"), nil), (basic, .basic(user: "me", password: "bad"), .authentication),
            (basic, .none, .authentication), (bearer, .bearer(token: "good"), nil), (bearer, .bearer(token: "bad"), .authentication),
        ].enumerated() as EnumeratedSequence<[(GitServer, GitCredentials, GitError.Kind?)]> {
            let mirror = try await Mirror(path: folder.file("m\(number)"), remote: remote(server, credentials))
            #expect(await kind(mirror) == expected, "\(number)")
        }
        // In the address, and never shown.
        let url = basic.url().replacing("https://", with: "https://me:p%40ss%3Aword@")
        let mirror = try await Mirror(path: folder.file("url"), remote: GitRemote(url: url, tls: certificates.trust))
        #expect(await kind(mirror) == nil)
        let wrong = url.replacing("word@", with: "hunter2@")
        let refused = try await Mirror(path: folder.file("wrong"), remote: GitRemote(url: wrong, tls: certificates.trust))
        let error = await #expect(throws: GitError.self) { try await refused.fetch(.branch("main")) }
        #expect(!"\(String(describing: error))".contains("hunter2"))
        await basic.stop()
        await bearer.stop()
    }

    @Test func mistakes() async throws {
        let server = try await GitServer(root: folder.path, certificates: certificates)
        let mirror = try await Mirror(path: folder.file("m"), remote: remote(server))
        #expect(await kind(mirror) == .emptyRepository)
        let one = try await repository.commit("one", ["a": "1"])
        #expect(await kind(mirror, .branch("mian")) == .unknownReference(name: "mian", existing: ["main"]))
        let missing = try await Mirror(path: folder.file("m2"), remote: remote(server, name: "nothing.git"))
        #expect(await kind(missing) == .notFound)
        let stranger = try await Mirror(path: folder.file("m3"), remote: GitRemote(url: server.url()))
        #expect(await kind(stranger) == .certificate)
        let nobody = try await Mirror(path: folder.file("m4"), remote: GitRemote(url: "https://127.0.0.1:1/x.git"))
        #expect(await kind(nobody) == .unreachable)
        let page = try await LoopbackServer(certificates: certificates) { _ in .text("<html>", headers: ["Content-Type": "text/html"]) }
        let web = try await Mirror(path: folder.file("m5"), remote: GitRemote(url: page.url + "/x.git", tls: certificates.trust))
        #expect(await kind(web) == .notFound)
        // None of it spoiled the first.
        #expect(try await mirror.fetch(.branch("main")).tip == one)
        await server.stop()
        await page.stop()
    }

    @Test func faults() async throws {
        let server = try await GitServer(root: folder.path, certificates: certificates)
        var files: [String: TestRepository.Change] = [:]
        for number in 0..<50 { files["f\(number)"] = .text(String(repeating: "x\(number)", count: 500)) }
        try await repository.commit("one", files)
        // Who soon gives up is for the faults that are silence; a slow machine must not be taken for one.
        let patient = try await Mirror(path: folder.file("m"), remote: remote(server))
        let impatient = try await Mirror(path: folder.file("impatient"), remote: remote(server, stallTimeout: .seconds(2)))
        for (fault, expected) in [(.hang, .timeout), (.hangOnPack, .timeout), (.status(500), .unreachable), (.status(403), .authentication), (.cutPack, .unreachable)]
            as [(GitServer.Fault, GitError.Kind)]
        {
            server.fault = fault
            let mirror = fault == .hang || fault == .hangOnPack ? impatient : patient
            let start = ContinuousClock().now
            #expect(await kind(mirror) == expected, "\(fault)")
            #expect(ContinuousClock().now - start < .seconds(40), "\(fault)")
        }
        server.fault = nil
        #expect(await kind(patient) == nil)
        await server.stop()
        #expect(await kind(patient) == .unreachable)
    }

    @Test func redirects() async throws {
        let server = try await GitServer(root: folder.path, access: .bearer(token: "good"), certificates: certificates)
        let other = try await LoopbackServer(certificates: certificates) { request in
            Issue.record("credentials or not, nothing goes to another host: \(request.headers)")
            return .text("")
        }
        try await repository.commit("one", ["a": "1"])
        server.fault = .redirect(other.url + "/repository.git/info/refs?service=git-upload-pack")
        let mirror = try await Mirror(path: folder.file("m"), remote: remote(server, .bearer(token: "good")))
        #expect(await kind(mirror) == .notFound)
        await server.stop()
        await other.stop()
    }

    @Test func cancellation() async throws {
        let server = try await GitServer(root: folder.path, certificates: certificates)
        try await repository.commit("one", ["a": "1"])
        let mirror = try await Mirror(path: folder.file("m"), remote: remote(server))
        server.fault = .hangOnPack
        let task = Task { try await mirror.fetch(.branch("main")) }
        try await Task.sleep(for: .milliseconds(300))
        let start = ContinuousClock().now
        task.cancel()
        await #expect { try await task.value } throws: { ($0 as? GitError)?.kind == .cancelled }
        #expect(ContinuousClock().now - start < .seconds(15))
        await server.stop()
    }

    @Test func noGrowth() async throws {
        let server = try await GitServer(root: folder.path, certificates: certificates)
        try await repository.commit("one", ["a": "1"])
        let mirror = try await Mirror(path: folder.file("m"), remote: remote(server))
        for _ in 0..<20 { _ = try await mirror.fetch(.branch("main")) }
        // libgit2's own ways leave 100 to 240 kB each time, so 2.5 MB in each round; what other tests take
        // meanwhile does not come in every round.
        var growth: [Int] = []
        for _ in 0..<30 where growth.min() ?? .max >= 1000 {
            let before = try residentKilobytes()
            for _ in 0..<25 { _ = try await mirror.fetch(.branch("main")) }
            growth.append(try residentKilobytes() - before)
        }
        #expect(try #require(growth.min()) < 1000, "\(growth) kB")
        await server.stop()
    }
}

@Suite(.serialized, .enabled(if: Subprocess.find("sshd") != nil, "needs openssh-server")) struct SSHTests {
    let folder: TemporaryFolder
    let repository: TestRepository
    let server: SSHGitServer

    init() async throws {
        folder = try TemporaryFolder()
        repository = try await TestRepository(in: folder)
        server = try await SSHGitServer()
    }

    private func mirror(_ name: String, change: (inout GitRemote) -> Void = { _ in }) async throws(GitError) -> Mirror {
        var remote = GitRemote(
            url: server.url(repository.path), credentials: .sshKey(privatePEM: server.clientKey, passphrase: nil), knownHosts: server.knownHosts,
            stallTimeout: .seconds(20))
        change(&remote)
        return try await Mirror(path: folder.file(name), remote: remote)
    }

    private func kind(_ name: String, change: (inout GitRemote) -> Void) async throws -> GitError.Kind? {
        let mirror = try await mirror(name, change: change)
        do {
            _ = try await mirror.fetch(.branch("main"))
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func fetch() async throws {
        let mirror = try await mirror("m")
        await #expect { try await mirror.fetch(.branch("main")) } throws: { ($0 as? GitError)?.kind == .emptyRepository }
        let one = try await repository.commit("one", ["a": "1"])
        #expect(try await mirror.fetch(.branch("main")).tip == one)
        var files: [String: TestRepository.Change] = [:]
        for number in 0..<300 { files["f\(number)"] = .text("\(number) \(String(repeating: "abc\(number)", count: 500))") }
        let two = try await repository.commit("two", files)
        #expect(try await mirror.fetch(.branch("main")) == FetchResult(tip: two, previous: one, isRewritten: false))
        #expect(try await mirror.tree(at: two, under: "").entries.count == 301)
        await server.stop()
    }

    @Test func mistakes() async throws {
        try await repository.commit("one", ["a": "1"])
        #expect(try await kind("a") { $0.credentials = .sshKey(privatePEM: server.strangerKey, passphrase: nil) } == .authentication)
        #expect(try await kind("b") { $0.credentials = .sshKey(privatePEM: Array("nonsense".utf8), passphrase: nil) } == .authentication)
        #expect(try await kind("c") { $0.credentials = .none } == .authentication)
        #expect(try await kind("d") { $0.knownHosts = nil } == .hostKey)
        #expect(try await kind("e") { $0.knownHosts = [] } == .hostKey)
        #expect(try await kind("f") { $0.knownHosts = server.wrongKnownHosts } == .hostKey)
        #expect(try await kind("g") { $0.knownHosts = nil; $0.acceptsAnyHostKey = true } == nil)
        #expect(try await kind("h") { $0.url += "-nothing" } == .notFound)
        #expect(try await kind("i") { $0.url = "ssh://me@127.0.0.1:1/x" } == .unreachable)
        await server.stop()
        #expect(try await kind("j") { _ in } == .unreachable)
    }

    @Test func aSilentServer() async throws {
        try await repository.commit("one", ["a": "1"])
        server.freeze(true)
        let start = ContinuousClock().now
        #expect(try await kind("m") { $0.stallTimeout = .seconds(1) } == .timeout)
        #expect(ContinuousClock().now - start < .seconds(20))
        server.freeze(false)
        await server.stop()
    }
}
