package import Kubernetes

/// The files to write for some changes: all other bytes stay as they were. Later changes
/// see the earlier ones' text; one that cannot be made does not stop the others.
package func edit(_ snapshot: RepositorySnapshot, _ changes: [Change]) -> EditResult {
    var editor = Editor(snapshot)
    for change in changes { editor.make(change, among: changes) }
    return editor.result
}

/// Where a container's image is written.
/// - Throws: what there is instead: nothing, several places, or one that is no text of this repository.
package func locateImage(
    of workload: ObjectKey, container: String, application: String, in snapshot: RepositorySnapshot
) throws(AutomationError) -> ImagePlace {
    let editor = Editor(snapshot)
    return try editor.locate(ContainerName(workload: workload, container: container), application: application)
}

/// A snapshot on its way through some changes.
struct Editor {
    var snapshot: RepositorySnapshot
    var result = EditResult()

    init(_ snapshot: RepositorySnapshot) { self.snapshot = snapshot }

    mutating func make(_ change: Change, among changes: [Change]) {
        let error = AutomationError(.notEditable, "nothing is edited yet", advice: "edit the file by hand")
        result.failed.append(.init(change: change, error: error))
    }

    func locate(_ name: ContainerName, application: String) throws(AutomationError) -> ImagePlace {
        throw AutomationError(.notFound, "\(name) is not looked for yet", advice: "look for it by hand")
    }
}
