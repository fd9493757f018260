package import Chart
package import Kubernetes

/// Everything an application ever applied and did not yet see deleted, with the
/// fingerprints that make an unchanged object cost no request.
///
/// It is the only ground on which anything is deleted, so it is written before
/// the first apply of an object and forgets one only when its absence is seen.
package struct Inventory: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        /// Of the desired object at the last successful apply; "" before it.
        package var desired = ""
        /// Of the fields Martlet owned in the server's answer to that apply.
        package var owned = ""
        package var uid = ""
        /// Of a workload that asks for rollouts: a commit that has it as it was applied last; "" where none is known.
        package var commit = ""

        package init(desired: String = "", owned: String = "", uid: String = "", commit: String = "") {
            (self.desired, self.owned, self.uid, self.commit) = (desired, owned, uid, commit)
        }
    }

    /// A chart's release, as `.Release` shows it.
    package struct Release: Sendable, Hashable {
        package var revision = 0
        /// Of what was rendered; another one makes the next revision.
        package var inputDigest = ""
        /// The moments whose hooks have run for this input, so that a restart does not run them again.
        package var finishedHooks: Set<String> = []
        /// What the chart made up for this input (certificates, the time of day), so that
        /// rendering it again, after a restart too, is no change.
        package var generated: [String: String] = [:]
        /// Which of the chart's files this input is made of; nil while nothing was rendered.
        package var reads: ReadSet?
    }

    package var application: String
    /// The repository's address without credentials: deletions stop when it changes unexpectedly.
    package var source = ""
    package var entries: [ObjectKey: Entry] = [:]
    package var release = Release()
    /// What git has dropped, may go, and is kept for the pods of a rollout: with the workload.
    package var deferred: [ObjectKey: ObjectKey] = [:]
    /// Git said `prune: false` last: so it is when git has forgotten the application, after a restart too.
    package var keepsAll = false
    /// The last revision that was applied as a whole; "" for none.
    package var appliedCommit = ""

    package init(application: String) { self.application = application }

    /// Takes note of deletions that a plan puts off, so that nobody is asked of them a second time.
    package mutating func put(off changes: ChangeSet) {
        // What is wanted again may be dropped again, and that is another question.
        for change in changes.changes where change.prepared != nil { deferred[change.key] = nil }
        deferred.merge(changes.deferred) { $1 }
    }

    /// Adds what is about to be applied, so that nothing applied is ever unknown.
    ///
    /// - Returns: Whether anything was new.
    package mutating func intend(_ keys: some Sequence<ObjectKey>) -> Bool {
        var isNew = false
        for key in keys where entries[key] == nil {
            entries[key] = Entry()
            isNew = true
        }
        return isNew
    }
}
