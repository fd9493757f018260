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

    /// Those after `previous` up to `commit` that touched any of the files, newest first; the commit itself where
    /// there is none, or nothing was applied before.
    func between(_ previous: String, _ commit: String, touching files: [String]) async -> [Commit] {
        guard let mirror, let newest = ObjectID(commit) else { return [] }
        let question = Question(previous: previous, commit: commit, files: StoredText.digest(Array(files.joined(separator: "\n").utf8)))
        if let found = known[question] { return found }
        guard let opened = try? await mirror.open() else { return [] }
        var found: [Commit] = []
        if let base = ObjectID(previous), base != newest, !files.isEmpty {
            found = (try? await opened.log(from: newest, notReachableFrom: base, touching: Set(files), limit: DeployEvent.commitLimit, walking: Self.walkLimit)) ?? []
        }
        if found.isEmpty, let only = try? await opened.commit(newest) { found = [only] }
        if known.count >= 16 { known = [:] }
        if !found.isEmpty { known[question] = found }
        return found
    }
}
