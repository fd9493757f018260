package import Kubernetes

/// Whether who asked for a change may change all of these.
///
/// - Throws: which of them not, as `forbidden`.
package typealias ChangePermission = @Sendable (_ workloads: [ObjectKey]) async throws(AutomationError) -> Void

/// Whatever has containers, hooks too, and is another object in one of two snapshots than in the other.
///
/// The bytes decide, not what was meant: a value that one application's workload needs may be read by another's.
func workloadsThatDiffer(_ before: RepositorySnapshot, _ after: RepositorySnapshot) -> [ObjectKey] {
    let old = WrittenObjects(before)
    let new = WrittenObjects(after, generated: old.generated)
    return old.differing(from: new).filter { podSpec(of: $0.object) != nil }.reduce(into: Set()) { $0.insert($1.key) }.sorted()
}
