package import Kubernetes

/// What the loop does, as it does it: for a terminal, a log, metrics and events.
package enum ProgressEvent: Sendable {
    /// A revision that was not known before.
    case fetched(source: String, revision: SourceRevision, subject: String, author: String)
    case sourceFailed(source: String, message: String)
    /// What an application is to be, each time its input changed.
    case rendered(Desired)
    case planned(application: String, revision: SourceRevision, ChangeSet)
    case outcome(application: String, Outcome)
    /// All that could be applied is.
    case applied(application: String, revision: SourceRevision, count: Int, failures: Int, duration: Duration)
    /// The rollouts of an application as they stand now, each time one of them changes, and those that are over.
    case rollouts(application: String, [RolloutStatus], ended: [ObjectKey])
    case status(ApplicationStatus, previous: ApplicationStatus)
    case healthy(application: String, revision: SourceRevision, duration: Duration)
    /// What a look saw, when it differs from the look before or wrote something.
    case observed(ApplicationSight)
    /// All applications that git or an inventory names, once after the start.
    case applications(Set<String>)
    /// Who is to be told of deploys, as the newest revision says.
    case notifications([NotificationDocument])
    case hook(application: String, key: ObjectKey, message: String)
}

/// Who is told of progress. Must not block: the loop waits for nobody who watches it.
package struct Progress: Sendable {
    package let report: @Sendable (ProgressEvent) -> Void

    package init(_ report: @escaping @Sendable (ProgressEvent) -> Void) { self.report = report }

    package static let none = Progress { _ in }
}
