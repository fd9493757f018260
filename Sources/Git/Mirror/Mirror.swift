internal import HTTP

/// A bare mirror of one repository: fetched from its server, read by object id.
/// There is no work tree.
///
/// All of libgit2's work runs on a thread of its own, one call after the other.
package actor Mirror {
    private let thread: GitThread
    private var opened: Repository?
    private let remote: GitRemote
    private let address: RemoteAddress
    private let transport: CurlTransport
    private let place: String

    /// The largest file that `blobs` reads.
    private static let maxBlob = 64 << 20

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Opens the mirror in a folder, or creates it; removes what a killed process left there.
    package init(path: String, remote: GitRemote) async throws(GitError) {
        address = try RemoteAddress(remote)
        thread = try GitThread()
        self.remote = remote
        // Polls find their connection again.
        transport = CurlTransport(
            tls: remote.tls, maxConnectionsPerHost: 2, userAgent: "git/2.0 (martlet)", allowedSchemes: remote.allowedSchemes)
        place = path
        // From here on this runs on the mirror's own thread.
        opened = try Repository(path: path)
    }

    var repository: Repository {
        get throws(GitError) {
            if let opened { return opened }
            throw GitError(.other, "the mirror is not open", place: place, advice: "open it anew")
        }
    }

    /// Brings one reference up to date. A failure leaves the mirror as it was.
    ///
    /// A branch whose history was rewritten is followed here and reported; what was there before stays readable.
    package func fetch(_ reference: GitReference) async throws(GitError) -> FetchResult {
        let session = session()
        return try await cancelling(session) { repository throws(GitError) in try repository.fetch(reference, session) }
    }

    /// The branches and tags of the server, without fetching them.
    package func remoteReferences() async throws(GitError) -> RemoteReferences {
        let session = session()
        return try await cancelling(session) { repository throws(GitError) in try repository.remoteReferences(session) }
    }

    /// Every file below `path`, recursively, with symbolic links resolved inside the tree.
    ///
    /// - Parameter steps: so much is done for it, and no more, as everybody else waits meanwhile.
    package func tree(at commit: ObjectID, under path: String, steps: Int = TreeListing.maxSteps) async throws(GitError) -> TreeListing {
        try repository.tree(at: commit, under: path, steps: steps)
    }

    /// The contents of files by object id, each up to 64 MiB.
    package func blobs(_ ids: [ObjectID]) async throws(GitError) -> [ObjectID: [UInt8]] {
        var contents: [ObjectID: [UInt8]] = [:]
        contents.reserveCapacity(ids.count)
        for id in ids where contents[id] == nil { contents[id] = try repository.blob(id, limit: Self.maxBlob) }
        return contents
    }

    package func commit(_ id: ObjectID) async throws(GitError) -> Commit { try repository.commit(id) }

    /// The commits reachable from `from` and not from `notReachableFrom` that changed any of the paths (files or
    /// folders, all commits when empty), newest first.
    ///
    /// - Parameter walking: so many commits are looked at, and none beyond, as everybody else waits meanwhile.
    package func log(
        from: ObjectID, notReachableFrom: ObjectID?, touching: Set<String>, limit: Int, walking: Int = 100_000
    ) async throws(GitError) -> [Commit] {
        try repository.log(from: from, notReachableFrom: notReachableFrom, touching: touching, limit: limit, walking: walking)
    }

    /// Whether `a` is in the history of `b`, or `b` itself.
    package func isAncestor(_ a: ObjectID, of b: ObjectID) async throws(GitError) -> Bool {
        try repository.isAncestor(a, of: b)
    }

    func session() -> FetchSession { FetchSession(remote: remote, address: address, transport: transport) }

    func cancelling<Value>(
        _ session: FetchSession, _ body: (Repository) throws(GitError) -> Value
    ) async throws(GitError) -> Value {
        let result: Result<Value, GitError> = await withTaskCancellationHandler {
            do throws(GitError) {
                return .success(try body(repository))
            } catch {
                return .failure(error)
            }
        } onCancel: {
            session.cancel()
        }
        return try result.get()
    }
}
