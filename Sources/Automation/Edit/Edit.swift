package import Kubernetes

/// The files to write for some changes: all other bytes stay as they were. Later changes
/// see the earlier ones' text; one that cannot be made does not stop the others.
package func edit(_ snapshot: RepositorySnapshot, _ changes: [Change]) -> EditResult {
    var editor = Editor(snapshot)
    editor.make(changes)
    return editor.result
}

/// Where a container's image is written.
/// - Throws: what there is instead: nothing, several places, or one that is no text of this repository.
package func locateImage(
    of workload: ObjectKey, container: String, application: String, in snapshot: RepositorySnapshot
) throws(AutomationError) -> ImagePlace {
    var editor = Editor(snapshot)
    return try editor.locate(ContainerName(workload: workload, container: container), application: application)
}
