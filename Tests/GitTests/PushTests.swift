import Basics
import Git
import HTTP
import TestKit
import Testing

/// A push races with a push of the test's own: `pre-receive` runs after our push read where the branch is.
enum Hooks {
    /// Somebody else's commit comes first.
    static func race(_ other: ObjectID) -> String {
        "unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES; git update-ref refs/heads/main \(other)"
    }
    static let refuse = "echo 'no image from' >&2\necho 'that registry' >&2\nexit 1"
    /// `reference-transaction` runs it when the branch has moved: the server dies before it answers.
    static let dieAfter = "[ \"$1\" = committed ] && kill -9 $PPID; exit 0"
    static let dieBefore = "kill -9 $PPID; sleep 0.2"
}

/// What must hold over every way to a server: git's own programs take the pushes.
struct PushScenario {
    let folder: TemporaryFolder
    let repository: TestRepository
    let mirror: Mirror

    /// Something to push on the branch as it is.
    func commit(_ content: String) async throws -> (new: ObjectID, old: ObjectID) { try await commit(Array(content.utf8), message: content) }

    func commit(_ content: [UInt8], message: String) async throws -> (new: ObjectID, old: ObjectID) {
        let old = try await mirror.fetch(.branch("main")).tip
        let made = try await mirror.commit(
            ["a": content], on: old, message: "\(message)\n", author: CommitTests.person, committer: CommitTests.robot)
        return (try #require(made), old)
    }

    func push(_ pair: (new: ObjectID, old: ObjectID), to branch: String = "main") async throws(GitError) -> PushOutcome {
        try await mirror.push(pair.new, to: branch, expecting: pair.old)
    }

    func accepted() async throws {
        let first = try await commit("first")
        #expect(try await push(first) == .accepted)
        #expect(try await repository.tip() == first.new)
        // Again: it is there.
        #expect(try await push(first) == .accepted)
        // Over a megabyte that does not shrink: libcurl and libssh2 send it in many pieces.
        var state: UInt32 = 1
        let big = (0..<1_200_000).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
        let second = try await commit(big, message: "big")
        #expect(try await push(second) == .accepted)
        #expect(try await repository.tip() == second.new)
        try await repository.git(["fsck", "--strict"])
    }

    func moved() async throws {
        // Before: the list of references tells.
        let late = try await commit("late")
        try await repository.commit("theirs", ["b": "1"])
        #expect(try await push(late) == .moved)
        #expect(try await push(late, to: "no-such-branch") == .moved)
        // While: the server's lock tells.
        let ours = try await commit("ours")
        let other = try await repository.commit("other", ["b": "2"], branch: "side", parent: .commit(ours.old))
        try repository.setHook("pre-receive", Hooks.race(other))
        #expect(try await push(ours) == .moved)
        try repository.setHook("pre-receive", nil)
        #expect(try await repository.tip() == other)
        // Made anew on theirs.
        let again = try await commit("ours")
        #expect(try await push(again) == .accepted)
        #expect(try await mirror.tree(at: again.new, under: "").entries.map(\.path) == ["a", "b"])
    }

    func refused() async throws {
        let pair = try await commit("refused")
        try repository.setHook("pre-receive", Hooks.refuse)
        #expect(try await push(pair) == .refused("no image from that registry (pre-receive hook declined)"))
        try repository.setHook("pre-receive", nil)
        try repository.setHook("update", "echo \"$1 is protected\"; [ $1 != refs/heads/main ]")
        let protected = "refs/heads/main is protected error: hook declined to update refs/heads/main (hook declined)"
        #expect(try await push(pair) == .refused(protected))
        try repository.setHook("update", nil)
        #expect(try await repository.tip() == pair.old)
        #expect(try await push(pair) == .accepted)
    }

    func brokenOff() async throws {
        let lost = try await commit("lost answer")
        try repository.setHook("reference-transaction", Hooks.dieAfter)
        await #expect { try await push(lost) } throws: { ($0 as? GitError)?.kind == .unknownOutcome && ($0 as? GitError)?.isTemporary == true }
        try repository.setHook("reference-transaction", nil)
        #expect(try await repository.tip() == lost.new)
        #expect(try await push(lost) == .accepted)
        let nothing = try await commit("nothing happened")
        try repository.setHook("pre-receive", Hooks.dieBefore)
        await #expect { try await push(nothing) } throws: { ($0 as? GitError)?.kind == .unknownOutcome }
        try repository.setHook("pre-receive", nil)
        #expect(try await repository.tip() == nothing.old)
        #expect(try await push(nothing) == .accepted)
    }

    func silent() async throws {
        let pair = try await commit("silence")
        // Without a word for longer than the mirror waits: git sends signs of life only every five seconds.
        try repository.setHook("pre-receive", "exec sleep 25")
        let start = ContinuousClock.now
        await #expect { try await push(pair) } throws: { ($0 as? GitError)?.kind == .unknownOutcome }
        #expect(.now - start < .seconds(20))
        let again = ContinuousClock.now
        let cancelled = Task { try await push(pair) }
        try await Task.sleep(for: .milliseconds(500))
        cancelled.cancel()
        // Cancelled before or after the first byte was sent.
        await #expect { try await cancelled.value } throws: {
            let kind = ($0 as? GitError)?.kind
            return kind == .unknownOutcome || kind == .cancelled
        }
        #expect(.now - again < .seconds(20))
        try repository.setHook("pre-receive", nil)
    }
}

@Suite(.serialized) struct HTTPSPushTests {
    let folder: TemporaryFolder
    let repository: TestRepository
    let certificates: TestCertificates
    let server: GitServer

    init() async throws {
        folder = try TemporaryFolder()
        repository = try await TestRepository(in: folder)
        certificates = try TestCertificates()
        try await repository.commit("one", ["a": "1"])
        server = try await GitServer(root: folder.path, access: .basic(user: "me", password: "good"), certificates: certificates)
    }

    private func scenario(
        _ name: String = "m", stallTimeout: Duration = .seconds(20), credentials: GitCredentials = .basic(user: "me", password: "good")
    ) async throws -> PushScenario {
        let remote = GitRemote(url: server.url(), credentials: credentials, tls: certificates.trust, stallTimeout: stallTimeout)
        return PushScenario(folder: folder, repository: repository, mirror: try await Mirror(path: folder.file(name), remote: remote))
    }

    @Test func accepted() async throws { try await scenario().accepted() }
    @Test func moved() async throws { try await scenario().moved() }
    @Test func refused() async throws { try await scenario().refused() }
    @Test func brokenOff() async throws { try await scenario().brokenOff() }
    @Test func silent() async throws { try await scenario(stallTimeout: .seconds(3)).silent() }

    @Test func faults() async throws {
        // Who soon gives up is for the faults that are silence; a slow machine must not be taken for one.
        let patient = try await scenario(), impatient = try await scenario("impatient", stallTimeout: .seconds(5))
        var pair = try await patient.commit("faulty")
        let other = try await impatient.commit("faulty")
        for (fault, expected) in [
            (.hang, .timeout), (.hangOnPush, .unknownOutcome), (.unreachable, .unreachable), (.cutPush, .unknownOutcome),
            (.forbidPush, .authentication), (.status(503), .unreachable), (.status(404), .notFound),
        ] as [(GitServer.Fault, GitError.Kind)] {
            server.fault = fault
            let isSilent = fault == .hang || fault == .hangOnPush
            let scenario = isSilent ? impatient : patient
            let tried = isSilent ? other : pair
            let start = ContinuousClock.now
            let error = await #expect(throws: GitError.self, "\(fault)") { try await scenario.push(tried) }
            #expect(error?.kind == expected, "\(fault): \(String(describing: error))")
            if fault == .forbidPush { #expect(error?.message.contains("Write access to repository not granted") == true) }
            #expect(.now - start < .seconds(40), "\(fault)")
            #expect(try await repository.tip() == pair.old, "\(fault)")
        }
        server.fault = .loseAnswer
        do {
            // libcurl may ask a second time where the first connection died without a byte.
            #expect(try await patient.push(pair) == .accepted)
        } catch {
            #expect(error.kind == .unknownOutcome, "\(error)")
        }
        server.fault = nil
        #expect(try await repository.tip() == pair.new)
        #expect(try await patient.push(pair) == .accepted)
        pair = try await patient.commit("after")
        #expect(try await patient.push(pair) == .accepted)
        pair = try await patient.commit("last")
        await server.stop()
        let error = await #expect(throws: GitError.self) { try await patient.push(pair) }
        #expect(error?.kind == .unreachable, "\(String(describing: error))")
    }

    @Test func credentials() async throws {
        let shared = try await GitServer(
            root: folder.path, access: .basicForPushes(user: "me", password: "good"), certificates: certificates)
        for (number, (credentials, says)) in [
            (.none, "asks for credentials"), (.basic(user: "me", password: "bad"), "refuses the credentials"), (.bearer(token: "x"), "refuses"),
        ].enumerated() as EnumeratedSequence<[(GitCredentials, String)]> {
            let remote = GitRemote(url: shared.url(), credentials: credentials, tls: certificates.trust)
            let mirror = try await Mirror(path: folder.file("c\(number)"), remote: remote)
            let scenario = PushScenario(folder: folder, repository: repository, mirror: mirror)
            let pair = try await scenario.commit("wrong credentials")
            let error = await #expect(throws: GitError.self) { try await scenario.push(pair) }
            #expect(error?.kind == .authentication && error?.message.contains(says) == true, "\(String(describing: error))")
            #expect(try await repository.tip() == pair.old)
        }
        await shared.stop()
    }

    /// The server's own setting: no hook, no text.
    @Test func readOnlyRepository() async throws {
        try await repository.git(["config", "http.receivepack", "false"])
        let scenario = try await scenario()
        let pair = try await scenario.commit("read only")
        await #expect { try await scenario.push(pair) } throws: { ($0 as? GitError)?.kind == .authentication }
        #expect(try await repository.tip() == pair.old)
    }

    /// A branch that is rewritten while others push: never forced.
    @Test func rewritten() async throws {
        try await repository.git(["config", "receive.denyNonFastForwards", "true"])
        let scenario = try await scenario()
        let pair = try await scenario.commit("on the old history")
        let root = try await repository.commit("new history", ["z": "1"], parent: .none)
        #expect(try await scenario.push(pair) == .moved)
        #expect(try await repository.tip() == root)
    }

    @Test func manyFiles() async throws {
        var files: [String: TestRepository.Change] = [:]
        for number in 0..<1500 { files["apps/app-\(number % 50)/file-\(number).yaml"] = .text("number: \(number)\n") }
        let one = try await repository.commit("many", files)
        let scenario = try await scenario()
        _ = try await scenario.mirror.fetch(.branch("main"))
        var changes: [String: [UInt8]?] = [:]
        for number in 0..<500 { changes["apps/app-\(number % 50)/file-\(number).yaml"] = Array("number: \(number) changed\n".utf8) }
        let start = ContinuousClock.now
        let made = try #require(
            try await scenario.mirror.commit(changes, on: one, message: "many\n", author: CommitTests.person, committer: CommitTests.robot))
        let committed = ContinuousClock.now
        #expect(try await scenario.push((made, one)) == .accepted)
        #expect(.now - start < .seconds(30), "commit \(committed - start), push \(.now - committed)")
        #expect(try await repository.tip() == made)
    }

    @Test func noGrowth() async throws {
        let scenario = try await scenario()
        var old = try await scenario.mirror.fetch(.branch("main")).tip
        func pushes(_ count: Int) async throws {
            for number in 0..<count {
                let made = try await scenario.mirror.commit(
                    ["a": Array("\(old) \(number)".utf8)], on: old, message: "\(number)\n", author: CommitTests.person, committer: CommitTests.robot)
                let new = try #require(made)
                #expect(try await scenario.push((new, old)) == .accepted)
                old = new
            }
        }
        try await pushes(20)
        // What other tests take meanwhile does not come in every round.
        var growth: [Int] = []
        for _ in 0..<30 where growth.min() ?? .max >= 700 {
            let before = try residentKilobytes()
            try await pushes(20)
            growth.append(try residentKilobytes() - before)
        }
        #expect(try #require(growth.min()) < 700, "\(growth) kB")
    }
}

/// Of this process.
func residentKilobytes() throws -> Int {
    let pages = String(decoding: try TemporaryFolder.read("/proc/self/statm"), as: UTF8.self).split(separator: " ").dropFirst().first
    return (pages.flatMap { Int($0) } ?? 0) * 4
}

@Suite(.serialized, .enabled(if: Subprocess.find("sshd") != nil, "needs openssh-server")) struct SSHPushTests {
    let folder: TemporaryFolder
    let repository: TestRepository
    let server: SSHGitServer

    init() async throws {
        folder = try TemporaryFolder()
        repository = try await TestRepository(in: folder)
        try await repository.commit("one", ["a": "1"])
        server = try await SSHGitServer()
    }

    private func scenario(_ name: String = "m", key: [UInt8]? = nil, stallTimeout: Duration = .seconds(20)) async throws -> PushScenario {
        let remote = GitRemote(
            url: server.url(repository.path), credentials: .sshKey(privatePEM: key ?? server.clientKey, passphrase: nil),
            knownHosts: server.knownHosts, stallTimeout: stallTimeout)
        return PushScenario(folder: folder, repository: repository, mirror: try await Mirror(path: folder.file(name), remote: remote))
    }

    @Test func accepted() async throws { try await scenario().accepted() }
    @Test func moved() async throws { try await scenario().moved() }
    @Test func refused() async throws { try await scenario().refused() }
    @Test func brokenOff() async throws { try await scenario().brokenOff() }
    @Test func silent() async throws { try await scenario(stallTimeout: .seconds(3)).silent() }

    @Test func keys() async throws {
        let reader = try await scenario("r", key: server.readOnlyKey)
        let pair = try await reader.commit("read only")
        let error = await #expect(throws: GitError.self) { try await reader.push(pair) }
        #expect(error?.kind == .authentication && error?.message.contains("marked as read only") == true, "\(String(describing: error))")
        #expect(try await repository.tip() == pair.old)
        server.freeze(true)
        let hasty = try await scenario("h", stallTimeout: .seconds(1))
        // The mirror is empty: the first step is a look at the server.
        await #expect { try await hasty.mirror.fetch(.branch("main")) } throws: { ($0 as? GitError)?.kind == .timeout }
        server.freeze(false)
        await server.stop()
        await #expect { try await reader.push(pair) } throws: { ($0 as? GitError)?.kind == .unreachable }
    }
}
