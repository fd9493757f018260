/// What an application is to be made: its part of one revision.
package struct Assignment: Sendable {
    package var part: Layout.Part
    package var tree: any SourceTree
    /// The source's address without credentials.
    package var source: String
    /// Problems of the layout that concern this application.
    package var problems: [RenderError]

    /// Git no longer has the application: when its objects are gone it is forgotten.
    package var isRemoval = false

    package init(part: Layout.Part, tree: any SourceTree, source: String, problems: [RenderError] = []) {
        self.part = part
        self.tree = tree
        self.source = source
        self.problems = problems
    }

    package var revision: SourceRevision { tree.revision }
}

/// What a person asked of an application, beyond what git says.
package struct SyncRequest: Sendable, Hashable {
    package static let annotation = "martlet.dev/request"

    package var id: String
    package var allowsDeletions: Bool
    package var forcesConflicts: Bool

    package init(id: String, allowsDeletions: Bool = false, forcesConflicts: Bool = false) {
        self.id = id
        self.allowsDeletions = allowsDeletions
        self.forcesConflicts = forcesConflicts
    }

    /// `ID`, `ID allow-deletions force-conflicts`: the value of the annotation on the inventory.
    package init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard let id = words.first else { return nil }
        self.init(id: id, allowsDeletions: words.contains("allow-deletions"), forcesConflicts: words.contains("force-conflicts"))
    }

    package var text: String {
        ([id] + (allowsDeletions ? ["allow-deletions"] : []) + (forcesConflicts ? ["force-conflicts"] : [])).joined(separator: " ")
    }
}
