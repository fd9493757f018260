internal import Basics
package import Git

/// The one mirror of a repository for all who read and write it: a folder has one
/// user, and so one thread. Opened when it is first needed.
package actor SharedMirror {
    private let path: String
    private let remote: GitRemote
    private let turnstile = Turnstile()
    private var opened: Mirror?

    package init(path: String, remote: GitRemote) { (self.path, self.remote) = (path, remote) }

    /// The mirror; a failure to open it is tried again with the next call.
    package func open() async throws(GitError) -> Mirror {
        if let opened { return opened }
        return try await turnstile.pass { () async throws(GitError) -> Mirror in
            if let opened { return opened }
            let mirror = try await Mirror(path: path, remote: remote)
            opened = mirror
            return mirror
        }
    }
}
