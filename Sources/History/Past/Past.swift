package import Basics
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
        package var target: RenderTarget

        package init(reference: GitReference, root: String, name: String, target: RenderTarget = RenderTarget()) {
            (self.reference, self.root, self.name, self.target) = (reference, root, name, target)
        }
    }

    let mirror: SharedMirror
    let settings: Settings
    /// Which revision was live when; nil where nobody kept it.
    let store: EventStore?
    let time: any TimeSource
    let renderer: RevisionRenderer

    package init(mirror: SharedMirror, settings: Settings, store: EventStore?, time: any TimeSource) {
        (self.mirror, self.settings, self.store, self.time) = (mirror, settings, store, time)
        renderer = RevisionRenderer(settings: .init(root: settings.root, name: settings.name), target: settings.target)
    }
}
