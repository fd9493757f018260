/// What some changes come to on one snapshot.
package struct EditResult: Sendable {
    package struct Failure: Sendable {
        package var change: Change
        package var error: AutomationError
    }

    /// The files whose bytes differ from the snapshot's; new ones among them.
    package var files: [String: [UInt8]] = [:]
    package var applied: [Change] = []
    /// What already was as wanted.
    package var unchanged: [Change] = []
    package var failed: [Failure] = []
    /// Containers nobody asked for that run the same image and take it from the same text.
    package var alongside: Set<ContainerName> = []

    package init() {}
}
