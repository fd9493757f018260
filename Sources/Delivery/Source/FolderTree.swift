internal import Basics
internal import Crypto
internal import FoundationEssentials

/// A folder on this machine, read as it stands, uncommitted edits included.
package struct FolderTree: SourceTree {
    private let root: String
    package let revision: SourceRevision

    /// - Parameter root: the folder that plays the repository's root.
    package init(root: String) {
        self.root = root
        revision = SourceRevision(reference: root, commit: "")
    }

    package func files() async throws(SourceError) -> [SourceFile] {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: root, isDirectory: &isFolder), isFolder else {
            throw SourceError("no folder \"\(root)\"", isTransient: false)
        }
        var files: [SourceFile] = []
        var folders = [""]
        while let folder = folders.popLast() {
            let names: [String]
            do {
                names = try FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? root : "\(root)/\(folder)")
            } catch {
                throw SourceError("cannot read the folder \"\(root)/\(folder)\": \(error)", isTransient: false)
            }
            for name in names.sorted() where name != ".git" {
                let path = folder.isEmpty ? name : "\(folder)/\(name)"
                var isFolder = false
                guard FileManager.default.fileExists(atPath: "\(root)/\(path)", isDirectory: &isFolder) else {
                    files.append(SourceFile(path: path, refusal: "a symbolic link to nothing"))
                    continue
                }
                let kind = try? FileManager.default.attributesOfItem(atPath: "\(root)/\(path)")[.type] as? FileAttributeType
                let isLink = kind == .typeSymbolicLink
                if isFolder {
                    // A link to a folder could lead around in a circle, or out of the tree.
                    if !isLink { folders.append(path) }
                } else {
                    // A checkout of somebody else's repository must not read what is not in it.
                    if isLink, !leadsInside(path) {
                        files.append(SourceFile(path: path, refusal: "a symbolic link out of the folder"))
                        continue
                    }
                    files.append(SourceFile(path: path, digest: try digest(path)))
                }
            }
        }
        return files.sorted { $0.path < $1.path }
    }

    private func leadsInside(_ path: String) -> Bool {
        let top = URL(filePath: root).resolvingSymlinksInPath().path
        return isInside(URL(filePath: "\(root)/\(path)").resolvingSymlinksInPath().path, top)
    }

    package func read(_ files: [SourceFile]) async throws(SourceError) -> [String: [UInt8]] {
        var all: [String: [UInt8]] = [:]
        for file in files where file.refusal == nil { all[file.path] = try bytes(file.path) }
        return all
    }

    private func bytes(_ path: String) throws(SourceError) -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(filePath: "\(root)/\(path)")))
        } catch {
            throw SourceError("cannot read \"\(root)/\(path)\": \(error)", isTransient: false)
        }
    }

    private func digest(_ path: String) throws(SourceError) -> String {
        hexText(SHA256.hash(data: try bytes(path)))
    }
}
