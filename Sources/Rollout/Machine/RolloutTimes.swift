/// The times that are not the user's to say.
package struct RolloutTimes: Sendable, Hashable {
    /// From seeing a route accepted to believing that every proxy has it.
    package var floor = Duration.seconds(5)
    /// For requests under way to a version that gets no new ones.
    package var drain = Duration.seconds(15)
    /// Between two looks while evidence is gathered.
    package var tick = Duration.seconds(15)
    /// Losing all pods so many times fails the rollout.
    package var retreats = 3

    /// Without a pod getting ready: for the kinds of workload that have no `progressDeadlineSeconds`.
    package var progress = Duration.seconds(600)

    package init() {}
}
