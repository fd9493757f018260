package import Basics

/// A commit without its content.
package struct Commit: Sendable, Hashable {
    package struct Signature: Sendable, Hashable {
        package var name: String
        package var email: String
        package var time: Timestamp
    }

    package var id: ObjectID
    package var parents: [ObjectID]
    package var author: Signature
    package var committer: Signature
    package var message: String

    /// The first line.
    package var subject: String { String(message.drop { $0.isNewline }.prefix { !$0.isNewline }) }
}
