internal import Delivery
internal import Document
internal import Kubernetes

/// What one listener has been told of the applications, so that it is told what is new to it and nothing else: a commit
/// is news of every application, and seldom of more than a few workloads.
struct StreamMemory {
    /// Nil: the listener knows of it from elsewhere, and it is not known what.
    private var told: [String: OverviewSnapshot.Application?]

    /// - Parameter applications: those that the listener may know of. What it knows of them it has asked for at another moment,
    ///   so that each is told whole at first.
    init(_ applications: some Sequence<String>) {
        told = Dictionary(applications.map { ($0, nil) }) { $1 }
    }

    /// What is new to the listener among the applications of some names, and the names that are gone.
    ///
    /// - Parameters:
    ///   - names: those that changed.
    ///   - shown: what the listener may see now.
    mutating func news(of names: Set<String>, in shown: [OverviewSnapshot.Application]) -> (applications: [Value], gone: [String]) {
        var applications: [Value] = []
        var gone = names
        for application in shown where names.contains(application.status.application) {
            gone.remove(application.status.application)
            if let news = application.news(since: told[application.status.application] ?? nil) { applications.append(news) }
            told[application.status.application] = application
        }
        return (applications, gone.filter { told.removeValue(forKey: $0) != nil }.sorted())
    }
}

extension OverviewSnapshot.Application {
    /// This, to somebody who knows an earlier state of it; nil where that was the same.
    ///
    /// While the workloads are the same ones, those that changed stand under `changed`, and `workloads` is left out.
    fileprivate func news(since earlier: OverviewSnapshot.Application?) -> Value? {
        guard let earlier, earlier.workloads.map(\.sight.key) == workloads.map(\.sight.key) else { return value }
        let changed = zip(earlier.workloads, workloads).filter { $0.value != $1.value }.map { $1.value }
        var value = head
        guard !changed.isEmpty || value != earlier.head else { return nil }
        value["changed"] = .sequence(changed)
        return value
    }
}
