/// What became of a push that the server answered.
package enum PushOutcome: Sendable, Hashable {
    /// The branch is at the commit.
    case accepted
    /// The branch is not at the commit's parent: somebody else pushed first, rewrote it or removed it. Fetch and
    /// make the change anew.
    case moved
    /// A hook, a protected branch: what the server said.
    case refused(String)
}
