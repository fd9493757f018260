/// The files to write for some changes: all other bytes stay as they were. Later changes
/// see the earlier ones' text; one that cannot be made does not stop the others.
package func edit(_ snapshot: RepositorySnapshot, _ changes: [Change]) -> EditResult {
    var editor = Editor(snapshot)
    editor.make(changes)
    return editor.result
}
