internal import Automation
internal import Git
internal import Kubernetes

extension DeployEvent.CommitLine {
    init(_ commit: Commit) {
        self.init(
            id: commit.id.description, author: "\(commit.author.name) <\(commit.author.email)>", subject: printable(commit.subject, limit: 200),
            time: commit.author.time)
    }
}

extension DeployEvent.Cause {
    /// Who is behind a change, by the commits that brought it, newest first: the newest that is not Martlet's own
    /// about other workloads. Martlet's are told by their trailers, which say who asked for them.
    static func behind(_ commits: [Commit], of workload: ObjectKey?) -> DeployEvent.Cause? {
        let known = commits.map { (commit: $0, trailers: Trailers(of: $0.message)) }
        let meant = known.first { one in
            let named = CommitText.workloads(of: one.commit.message)
            guard let workload, !named.isEmpty else { return true }
            return named.contains { $0.matches(workload) }
        }
        guard let (commit, trailers) = meant ?? known.first else { return nil }
        let author = "\(commit.author.name) <\(commit.author.email)>"
        guard !trailers[CommitText.workloadTrailer].isEmpty else { return .init(.commit, by: author) }
        if let requester = trailers[CommitText.requesterTrailer].first(where: { !$0.isEmpty }) { return .init(.command, by: requester) }
        return .init(.automation, by: author)
    }
}
