internal import Delivery
internal import Git

/// Reads which commits brought a change; what cannot be read is not known, and nobody waits for it long.
actor CommitReader {
    private let mirror: SharedMirror?
    /// The last few answers: many workloads change by one commit.
    private var known: [Question: [Commit]] = [:]

    private struct Question: Hashable {
        var previous: String
        var commit: String
        /// Of the files: there may be thousands.
        var files: Int64
    }

    /// Commits that are looked at for one answer: more than a person would read, and little enough for all who wait.
    private static let walkLimit = 500

    init(mirror: SharedMirror?) { self.mirror = mirror }

    /// Those after `previous` up to `commit` that touched any of the files, newest first. Where none did, or none is
    /// found among those that are looked at, none is named: the newest that has nothing to do with it is nobody's.
    ///
    /// - Parameter previous: "" where nothing was applied before. Then it is the last that touched the files that brought
    ///   them there, or the one that Martlet began with.
    func between(_ previous: String, _ commit: String, touching files: [String]) async -> [Commit] {
        guard let mirror, let newest = ObjectID(commit) else { return [] }
        let question = Question(previous: previous, commit: commit, files: StoredText.digest(Array(files.joined(separator: "\n").utf8)))
        if let found = known[question] { return found }
        guard let opened = try? await mirror.open(), let found = try? await Self.read(opened, previous, newest, Set(files)) else { return [] }
        if known.count >= 16 { known = [:] }
        known[question] = found
        return found
    }

    private static func read(_ mirror: Mirror, _ previous: String, _ newest: ObjectID, _ files: Set<String>) async throws(GitError) -> [Commit] {
        guard let base = ObjectID(previous) else {
            var last: [Commit] = []
            if !files.isEmpty { last = try await mirror.log(from: newest, notReachableFrom: nil, touching: files, limit: 1, walking: walkLimit) }
            return last.isEmpty ? [try await mirror.commit(newest)] : last
        }
        guard !files.isEmpty else { return [] }
        // Applied again: it is this commit's doing only where it touched them.
        guard base != newest else { return try await mirror.log(from: newest, notReachableFrom: nil, touching: files, limit: 1, walking: 1) }
        return try await mirror.log(from: newest, notReachableFrom: base, touching: files, limit: DeployEvent.commitLimit, walking: walkLimit)
    }
}
