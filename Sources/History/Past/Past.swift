package import Delivery
package import Git

/// What git said at any moment, and who said it: one repository's past.
package struct Past: Sendable {
    package struct Settings: Sendable {
        /// The branch, tag or commit that is followed.
        package var reference: GitReference
        /// Only what is below is used; "" is the whole tree.
        package var root: String
        /// Of the application that plain manifests belong to.
        package var name: String

        package init(reference: GitReference, root: String, name: String) { (self.reference, self.root, self.name) = (reference, root, name) }
    }

    let mirror: SharedMirror
    let settings: Settings
    /// Which revision was live when; nil where nobody kept it.
    let store: EventStore?
    let renderer: RevisionRenderer

    /// - Parameter target: what charts are rendered for, asked at each question: a daemon learns it from its cluster.
    package init(mirror: SharedMirror, settings: Settings, store: EventStore?, target: @escaping @Sendable () -> RenderTarget = { RenderTarget() }) {
        (self.mirror, self.settings, self.store) = (mirror, settings, store)
        renderer = RevisionRenderer(settings: .init(root: settings.root, name: settings.name), target: target)
    }
}
