package import Basics

/// A point of the past as people name it: a time, or a revision of git.
package enum Moment: Sendable, Hashable {
    case time(Timestamp)
    /// A branch, a tag, or a commit, also abbreviated.
    case revision(String)
}

extension Moment: CustomStringConvertible {
    package var description: String {
        switch self {
        case .time(let time): time.description
        case .revision(let text): text
        }
    }
}
