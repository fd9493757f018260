/// Why history cannot be told or kept: what, and what to do.
package struct HistoryError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: String, Sendable, Hashable {
        /// Nothing of that name, or nothing known of that time.
        case notFound
        /// What was asked makes no sense.
        case invalid
        /// The file that history is kept in.
        case store
        /// The repository cannot be read.
        case source
        /// What git said then cannot be rendered.
        case render
    }

    package var kind: Kind
    package var message: String
    package var advice: String

    package init(_ kind: Kind, _ message: String, advice: String) { (self.kind, self.message, self.advice) = (kind, message, advice) }

    package var description: String { "\(message); \(advice)" }
}
