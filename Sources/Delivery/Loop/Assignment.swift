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
    /// The revision that the person saw: what a later one deletes was not agreed to. Nil where none was named, as in an
    /// annotation written by hand: then it is that of the look that carries it out.
    package var revision: String?

    package init(id: String, allowsDeletions: Bool = false, forcesConflicts: Bool = false, revision: String? = nil) {
        self.id = id
        self.allowsDeletions = allowsDeletions
        self.forcesConflicts = forcesConflicts
        self.revision = revision.map(Self.word)
    }

    /// The same, for the revision that a person sees.
    package func seen(at revision: String) -> SyncRequest {
        SyncRequest(id: id, allowsDeletions: allowsDeletions, forcesConflicts: forcesConflicts, revision: revision)
    }

    /// Whether deletions of this revision were agreed to.
    package func allowsDeletions(at revision: SourceRevision) -> Bool {
        allowsDeletions && (self.revision.map { $0 == Self.word(revision.description) } ?? true)
    }

    /// A folder's name may have spaces.
    private static func word(_ revision: String) -> String { revision.replacing(" ", with: "_") }

    /// `ID`, `ID allow-deletions force-conflicts at=main@1a2b3c4`: the value of the annotation on the inventory.
    package init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard let id = words.first else { return nil }
        self.init(
            id: id, allowsDeletions: words.contains("allow-deletions"), forcesConflicts: words.contains("force-conflicts"),
            revision: words.dropFirst().first { $0.hasPrefix(Self.place) }.map { String($0.dropFirst(Self.place.count)) })
    }

    package var text: String {
        ([id] + (allowsDeletions ? ["allow-deletions"] : []) + (forcesConflicts ? ["force-conflicts"] : []) + (revision.map { [Self.place + $0] } ?? []))
            .joined(separator: " ")
    }

    private static let place = "at="
}
