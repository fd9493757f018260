package import Registry

/// What some changes come to on one snapshot.
package struct EditResult: Sendable {
    package struct Failure: Sendable {
        package var change: Change
        package var error: AutomationError
    }

    /// What becomes of a container nobody asked for.
    package struct Follower: Sendable, Hashable {
        package var image: ImageReference
        /// The changes that wrote the text it takes its image from: without all of them it stays as it is.
        package var leaders: Set<Change>

        package init(image: ImageReference, leaders: Set<Change>) { (self.image, self.leaders) = (image, leaders) }
    }

    /// The files whose bytes differ from the snapshot's; new ones among them.
    package var files: [String: [UInt8]] = [:]
    package var applied: [Change] = []
    /// What already was as wanted.
    package var unchanged: [Change] = []
    package var failed: [Failure] = []
    /// Containers nobody asked for that run the same image and take it from the same text, of whichever application.
    package var alongside: [ContainerName: Follower] = [:]

    package init() {}
}
