/// Where a source stands: a commit, and the name it was found under.
package struct Revision: Sendable, Hashable, CustomStringConvertible {
    /// A branch or tag; empty for a commit that was named itself.
    package var reference: String
    package var commit: ObjectID

    package init(reference: String, commit: ObjectID) {
        self.reference = reference
        self.commit = commit
    }

    /// As people write it: `main@1a2b3c4`.
    package var description: String { reference.isEmpty ? commit.short : "\(reference)@\(commit.short)" }
}

/// What to follow.
package enum GitReference: Sendable, Hashable, CustomStringConvertible {
    case branch(String)
    case tag(String)
    case commit(ObjectID)

    package var description: String {
        switch self {
        case .branch(let name): "branch \"\(name)\""
        case .tag(let name): "tag \"\(name)\""
        case .commit(let id): "commit \(id.short)"
        }
    }

    /// The short name, as in `Revision.reference`.
    package var name: String {
        switch self {
        case .branch(let name), .tag(let name): name
        case .commit: ""
        }
    }
}

/// What a fetch brought.
package struct FetchResult: Sendable, Hashable {
    /// The commit that the reference names now; tags are peeled.
    package var tip: ObjectID
    /// What this mirror had under the name before; nil at the first time.
    package var previous: ObjectID?
    /// The history before was thrown away: `previous` is not an ancestor of `tip`.
    package var isRewritten: Bool

    package init(tip: ObjectID, previous: ObjectID?, isRewritten: Bool) {
        (self.tip, self.previous, self.isRewritten) = (tip, previous, isRewritten)
    }
}

/// What a server offers.
package struct RemoteReferences: Sendable, Hashable {
    package var defaultBranch: String?
    package var branches: [String: ObjectID]
    /// Peeled.
    package var tags: [String: ObjectID]

    package init(defaultBranch: String?, branches: [String: ObjectID], tags: [String: ObjectID]) {
        (self.defaultBranch, self.branches, self.tags) = (defaultBranch, branches, tags)
    }
}
