import Automation
import Basics
import Delivery
import Git

/// A repository on a server, in memory: commits, a tip, and whoever pushes between our steps.
final class ModelServer: Sendable {
    struct Node: Sendable {
        var parent: ObjectID?
        var files: [String: [UInt8]]
        var message: String
        var author: String
    }

    enum Step: String, Sendable { case fetch, commit, push, afterPush }

    /// What becomes of our next push.
    enum PushFault: Sendable {
        /// It arrives, the answer does not.
        case answerLost
        /// The connection breaks first.
        case requestLost
        case refused(String)
    }

    private struct State {
        var nodes: [ObjectID: Node] = [:]
        var tip: ObjectID
        var count = 0
        var pushFault: PushFault?
        var isAway = false
        var meanwhile: (@Sendable (Step) -> Void)?
        var notes: [ObjectID: String] = [:]
        var pushes = 0
        var blocked: String?
        var links: [String: String] = [:]
    }

    private let state: Locked<State>

    init(_ files: [String: String]) {
        let first = Self.id(0)
        let node = Node(parent: nil, files: files.mapValues { Array($0.utf8) }, message: "first", author: "Ann")
        state = Locked(State(nodes: [first: node], tip: first))
    }

    private static func id(_ count: Int) -> ObjectID {
        let digits = String(count, radix: 16)
        return ObjectID(String(repeating: "0", count: 40 - digits.count) + digits)!
    }

    var tip: ObjectID { state.withLock { $0.tip } }
    var pushes: Int { state.withLock { $0.pushes } }
    var notes: [ObjectID: String] { state.withLock { $0.notes } }
    var isAway: Bool {
        get { state.withLock { $0.isAway } }
        set { state.withLock { $0.isAway = newValue } }
    }
    var pushFault: PushFault? {
        get { state.withLock { $0.pushFault } }
        set { state.withLock { $0.pushFault = newValue } }
    }

    /// A path that is a symbolic link in the tree.
    func block(_ path: String) { state.withLock { $0.blocked = path } }

    /// A path at which another file is read: a symbolic link, or what stands behind one.
    func link(_ path: String, to real: String) { state.withLock { $0.links[path] = real } }

    /// Called between our steps: another person's or another daemon's moment.
    func meanwhile(_ body: (@Sendable (Step) -> Void)?) { state.withLock { $0.meanwhile = body } }
    func pass(_ step: Step) { state.withLock { $0.meanwhile }?(step) }

    func file(_ path: String) -> String { String(decoding: state.withLock { $0.nodes[$0.tip]?.files[path] ?? [] }, as: UTF8.self) }
    var files: [String: String] { state.withLock { ($0.nodes[$0.tip]?.files ?? [:]) }.mapValues { String(decoding: $0, as: UTF8.self) } }

    /// From the first commit to the tip.
    var history: [Node] {
        state.withLock { state in
            var nodes: [Node] = []
            var next: ObjectID? = state.tip
            while let id = next, let node = state.nodes[id] {
                nodes.append(node)
                next = node.parent
            }
            return nodes.reversed()
        }
    }

    /// Somebody else's commit, pushed at once.
    func push(by author: String, _ message: String, _ change: (inout [String: String]) -> Void) {
        state.withLock { state in
            // On the tip that is, whoever else pushes: git lets nobody write over what they have not seen.
            var texts = (state.nodes[state.tip]?.files ?? [:]).mapValues { String(decoding: $0, as: UTF8.self) }
            change(&texts)
            let id = add(Node(parent: state.tip, files: texts.mapValues { Array($0.utf8) }, message: message, author: author), &state)
            state.tip = id
        }
    }

    private func add(_ node: Node, _ state: inout State) -> ObjectID {
        state.count += 1
        let id = Self.id(state.count)
        state.nodes[id] = node
        return id
    }

    fileprivate func fetch() throws(GitError) -> ObjectID {
        let (tip, isAway) = state.withLock { ($0.tip, $0.isAway) }
        if isAway { throw GitError(.unreachable, "no answer", place: "model", advice: "wait") }
        return tip
    }

    fileprivate func tree(_ id: ObjectID) -> ModelTree {
        let (files, links) = state.withLock { ($0.nodes[id]?.files ?? [:], $0.links) }
        return ModelTree(texts: files, links: links, revision: SourceRevision(reference: "main", commit: id.description))
    }

    fileprivate func commit(
        _ changes: [String: [UInt8]], on parent: ObjectID, _ description: CommitDescription
    ) throws(GitError) -> ObjectID? {
        if let path = state.withLock({ state in changes.keys.first { $0 == state.blocked || state.links[$0] != nil } }) {
            throw GitError(.blocked(path: path), "\"\(path)\" is a symbolic link", place: "model", advice: "write the file it leads to")
        }
        return state.withLock { state in
            let before = state.nodes[parent]?.files ?? [:]
            let files = before.merging(changes) { $1 }
            if files == before { return nil }
            return add(Node(parent: parent, files: files, message: description.message, author: description.author.name), &state)
        }
    }

    fileprivate func push(_ commit: ObjectID, expecting parent: ObjectID) throws(GitError) -> PushOutcome {
        let fault = state.withLock { state in
            state.pushes += 1
            defer { state.pushFault = nil }
            return state.pushFault
        }
        let lost = GitError(.unknownOutcome, "the connection broke", place: "model", advice: "look at the branch")
        switch fault {
        case .requestLost?: throw lost
        case .refused(let reason)?: return .refused(reason)
        default: break
        }
        let isTaken = state.withLock { state -> Bool in
            // What a server does with a plain push: its branch moves from the parent, or not at all.
            guard state.tip == parent, state.nodes[commit]?.parent == parent else { return false }
            state.tip = commit
            return true
        }
        if case .answerLost? = fault { throw lost }
        return isTaken ? .accepted : .moved
    }

    fileprivate func contains(_ commit: ObjectID, _ tip: ObjectID) -> Bool {
        state.withLock { state in
            var next: ObjectID? = tip
            while let id = next {
                if id == commit { return true }
                next = state.nodes[id]?.parent
            }
            return false
        }
    }

    fileprivate func resolve(_ text: String) -> ObjectID? {
        state.withLock { state in state.nodes.keys.first { $0.description.hasPrefix(text) } }
    }

    fileprivate func formerStates(_ paths: Set<String>, _ tip: ObjectID, _ limit: Int) -> [ObjectID] {
        state.withLock { state in
            var found: [ObjectID] = []
            var next = tip
            while found.count < limit, let node = state.nodes[next], let parent = node.parent, let before = state.nodes[parent] {
                let isTouched = Set(node.files.keys).union(before.files.keys).contains { file in
                    node.files[file] != before.files[file] && paths.contains { $0.isEmpty || file == $0 || file.hasPrefix($0 + "/") }
                }
                if isTouched { found.append(parent) }
                next = parent
            }
            return found
        }
    }

    fileprivate func note(_ text: String, _ commit: ObjectID) { state.withLock { $0.notes[commit] = text } }
}

/// Our side of the model: the branch as the writer has it.
struct ModelBranch: Branch {
    let server: ModelServer
    var name: String { "main" }

    func tip() async throws(GitError) -> ObjectID {
        server.pass(.fetch)
        return try server.fetch()
    }

    func tree(at commit: ObjectID) async throws(SourceError) -> any SourceTree { server.tree(commit) }

    func commit(
        _ changes: [String: [UInt8]], on parent: ObjectID, _ description: CommitDescription
    ) async throws(GitError) -> ObjectID? {
        server.pass(.commit)
        return try server.commit(changes, on: parent, description)
    }

    func push(_ commit: ObjectID, expecting parent: ObjectID) async throws(GitError) -> PushOutcome {
        server.pass(.push)
        let outcome = try server.push(commit, expecting: parent)
        server.pass(.afterPush)
        return outcome
    }

    func contains(_ commit: ObjectID, in tip: ObjectID) async throws(GitError) -> Bool { server.contains(commit, tip) }

    func addNote(_ text: String, to commit: ObjectID, by author: Commit.Signature) async throws(GitError) { server.note(text, commit) }

    func resolve(_ revision: String) async throws(GitError) -> ObjectID {
        if let known = server.resolve(revision) { return known }
        throw GitError(.unknownReference(name: revision, existing: []), "no commit \"\(revision)\" here", place: "model", advice: "name another")
    }

    func formerStates(of paths: Set<String>, before tip: ObjectID, limit: Int) async throws(GitError) -> [ObjectID] {
        server.formerStates(paths, tip, limit)
    }
}

struct ModelTree: SourceTree {
    var texts: [String: [UInt8]]
    var links: [String: String]
    var revision: SourceRevision

    func files() async throws(SourceError) -> [SourceFile] {
        texts.map { path, bytes in SourceFile(path: path, digest: "\(bytes.count) \(String(decoding: bytes, as: UTF8.self))") }
            + links.compactMap { path, real in
                texts[real].map { SourceFile(path: path, digest: "\($0.count) \(String(decoding: $0, as: UTF8.self))", realPath: real) }
            }
    }

    func read(_ files: [SourceFile]) async throws(SourceError) -> [String: [UInt8]] {
        var all: [String: [UInt8]] = [:]
        for file in files { all[file.path] = texts[links[file.path] ?? file.path] }
        return all
    }
}

/// A clock that jumps over every wait.
final class JumpingTime: TimeSource {
    private let state = Locked(Duration.zero)

    var elapsed: Duration { state.withLock { $0 } }
    var now: Timestamp { Timestamp(milliseconds: 1_795_200_000_000 + Int64(elapsed / .milliseconds(1))) }

    func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        state.withLock { $0 += max(.zero, duration) }
    }
}
