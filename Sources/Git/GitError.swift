internal import Basics

/// Why a repository could not be fetched, read or written to.
package struct GitError: Error, Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// The server wants other credentials, or any.
        case authentication
        /// The host key of an SSH server is unknown or another one than known.
        case hostKey
        /// There is no repository at this address.
        case notFound
        case unknownReference(name: String, existing: [String])
        /// The revision has no such file or folder.
        case unknownPath(String)
        case emptyRepository
        case unreachable
        case timeout
        case certificate
        /// The address is of a form or scheme that is not allowed.
        case scheme
        /// What is on disk cannot be read.
        case corrupt
        case diskFull
        case tooLarge
        case cancelled
        /// A push was on its way when the conversation ended: the server may have taken it or not. Look at the
        /// remote before anything else.
        case unknownOutcome
        /// A file cannot be written: a symbolic link, a submodule or a folder is in the way, or the path is none.
        case blocked(path: String)
        /// The key for signatures cannot be read or used.
        case signingKey
        case other
    }

    package var kind: Kind
    /// What happened: a clause.
    package var message: String
    /// Where, without credentials: an address, or the folder of a mirror.
    package var place: String
    /// What to do about it.
    package var advice: String

    package init(_ kind: Kind, _ message: String, place: String, advice: String) {
        (self.kind, self.message, self.place, self.advice) = (kind, message, place, advice)
    }

    /// Whether the same try may succeed later without anyone changing anything.
    package var isTemporary: Bool {
        switch kind {
        case .unreachable, .timeout, .diskFull, .cancelled, .emptyRepository, .unknownOutcome: true
        default: false
        }
    }
}

extension GitError: CustomStringConvertible {
    package var description: String { "\"\(place)\": \(message); \(advice)" }
}

extension GitError {
    /// A branch or tag that is not there, with the ones that are and the likely slip.
    static func unknown(_ reference: GitReference, existing: [String], place: String) -> GitError {
        let sorted = existing.sorted()
        let shown = sorted.prefix(20).map { "\"\($0)\"" }.joined(separator: ", ")
        let more = sorted.count > 20 ? " and \(sorted.count - 20) more" : ""
        let guess = nearest(to: reference.name, among: sorted).map { "did you mean \"\($0)\"? " } ?? ""
        let advice = sorted.isEmpty ? "there is none yet: push one" : "\(guess)there are \(shown)\(more)"
        return GitError(
            .unknownReference(name: reference.name, existing: sorted), "no \(reference) there", place: place, advice: advice)
    }
}
