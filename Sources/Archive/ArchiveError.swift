/// An archive that cannot be read, or that would cost too much to read.
package enum ArchiveError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Not gzip, or cut short.
    case corruptCompression(String)
    /// Not a tar archive, or cut short; the offset is into the unpacked bytes.
    case corruptArchive(String, offset: Int)
    /// A name that leads out of the archive.
    case unsafePath(String)
    /// More than the limit allows: what, and the limit.
    case tooLarge(String, limit: Int)

    package var description: String {
        switch self {
        case .corruptCompression(let text): "not a gzip file: \(text)"
        case .corruptArchive(let text, let offset): "not a tar archive: \(text) at byte \(offset)"
        case .unsafePath(let path): "the archive holds the path \"\(path)\", which leads out of it"
        case .tooLarge(let what, let limit): "the archive is too large: over \(limit) \(what)"
        }
    }
}
