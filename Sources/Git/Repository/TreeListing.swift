/// Every file below a folder of one commit.
package struct TreeListing: Sendable, Hashable {
    package var commit: ObjectID
    /// So much is done for one listing: names read of folders, and steps along paths and links. Links to folders full of
    /// links to folders may come to more names than can ever be read, though few are files.
    package static let maxSteps = 5_000_000

    /// The folder asked for, without slashes around it; empty for the root.
    package var path: String
    /// Sorted by path.
    package var entries: [TreeEntry]
    /// Paths that stand in the tree but cannot be used, and why.
    package var refused: [RefusedEntry]
    /// Submodules are not followed.
    package var submodules: [String]

    package init(commit: ObjectID, path: String, entries: [TreeEntry], refused: [RefusedEntry] = [], submodules: [String] = []) {
        (self.commit, self.path, self.entries, self.refused, self.submodules) = (commit, path, entries, refused, submodules)
    }
}

/// One file of a tree.
package struct TreeEntry: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        case file
        case executable
        /// A file that stands somewhere else in the same tree; `blob` is that file.
        case symlink(target: String)
    }

    /// From the root of the repository.
    package var path: String
    package var blob: ObjectID
    package var size: Int?
    package var kind: Kind
    /// Where it stands once all links on the way are followed, those to folders too; the path itself where there are none.
    package var realPath: String

    package init(path: String, blob: ObjectID, size: Int? = nil, kind: Kind = .file, realPath: String? = nil) {
        (self.path, self.blob, self.size, self.kind) = (path, blob, size, kind)
        self.realPath = realPath ?? path
    }
}

/// An entry of a tree that was left out.
package struct RefusedEntry: Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        /// The symbolic link leads out of the repository, to nothing, or in a circle.
        case refusedSymlink(target: String)
        /// The name is not UTF-8.
        case name
    }

    package var path: String
    package var reason: Reason
}

extension RefusedEntry: CustomStringConvertible {
    package var description: String {
        switch reason {
        case .refusedSymlink(let target):
            "\"\(path)\": the symbolic link to \"\(target)\" leads to no file of this repository; remove it"
        case .name: "\"\(path)\": the name is not UTF-8; rename it"
        }
    }
}
