internal import CGit2

extension Repository {
    func push(_ commit: ObjectID, to branch: String, expecting parent: ObjectID, _ session: FetchSession) throws(GitError) -> PushOutcome {
        throw GitError(.other, "pushing is not here yet", place: session.place, advice: "wait")
    }
}
