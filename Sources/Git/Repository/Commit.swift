package import Basics

/// A commit without its content.
package struct Commit: Sendable, Hashable {
    package struct Signature: Sendable, Hashable {
        package var name: String
        package var email: String
        package var time: Timestamp

        package init(name: String, email: String, time: Timestamp) {
            (self.name, self.email, self.time) = (name, email, time)
        }
    }

    package var id: ObjectID
    package var parents: [ObjectID]
    package var author: Signature
    package var committer: Signature
    package var message: String

    package init(id: ObjectID, parents: [ObjectID], author: Signature, committer: Signature, message: String) {
        (self.id, self.parents, self.author, self.committer, self.message) = (id, parents, author, committer, message)
    }

    /// The first line.
    package var subject: String { String(message.drop { $0.isNewline }.prefix { !$0.isNewline }) }
}
