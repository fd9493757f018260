package import Chart
package import Basics
package import Cluster
package import Logging
package import Rollout

/// What the work needs of the outside world, passed in from the edge.
package struct WorkEnvironment: Sendable {
    package var client: ClusterClient
    package var cache: WatchCache
    package var store: InventoryStore
    /// Charts parsed before, shared by all applications.
    package let templates = TemplateCache()
    package var time: any TimeSource
    package var random: RandomSource
    package var logger: Logger
    package var progress: Progress
    /// Compares the versions of a rollout; nil without a metrics server.
    package var analysis: RolloutAnalysis?
    /// Commits the revert of a rejected version; nil where nothing is committed.
    package var revert: RevertWriter?
    /// Asks the webhooks of gates; nil: nobody is asked.
    package var gateWebhook: GateWebhook?
    package var rolloutTimes = RolloutTimes()
    /// False: rollouts under way are left as they are and none is begun, because nobody will be there to go on with it.
    package var runsRollouts = true
    /// Tell each write as a Kubernetes Event: where no history is kept, whose deploys are told.
    package var tellsWrites = true
    /// Take fields of other managers when they conflict: only when a person asked for it.
    package var forcesConflicts = false
    /// Delete what the revision no longer has, however much it is: only when a person asked for it.
    package var allowsDeletions = false

    package init(
        client: ClusterClient, cache: WatchCache, store: InventoryStore, time: any TimeSource, random: RandomSource,
        logger: Logger, progress: Progress
    ) {
        self.client = client
        self.cache = cache
        self.store = store
        self.time = time
        self.random = random
        self.logger = logger
        self.progress = progress
    }
}
