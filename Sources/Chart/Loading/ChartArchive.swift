internal import Archive

/// A chart packed by `helm package`: a gzipped tar archive with one folder in it.
package enum ChartArchive {
    static let byteLimit = 100 << 20
    static let entryLimit = 20_000

    /// The files below the archive's one folder.
    package static func unpack(_ bytes: [UInt8]) throws(ChartError) -> [ChartFile] {
        let entries: [Tar.Entry]
        do throws(ArchiveError) {
            entries = try Tar.entries(try Gzip.decompress(bytes, limit: byteLimit), maxEntries: entryLimit)
        } catch {
            throw ChartError(.invalid, message: error.description)
        }
        var files: [ChartFile] = []
        for entry in entries {
            guard let slash = entry.path.firstIndex(of: "/") else {
                if entry.path == "Chart.yaml" { throw ChartError(.invalid, message: "chart yaml not in base directory") }
                continue
            }
            files.append(ChartFile(path: String(entry.path[slash...].dropFirst()), bytes: entry.bytes))
        }
        if files.isEmpty { throw ChartError(.invalid, message: "no files in chart archive") }
        return files
    }
}
