internal import Archive
internal import Template

/// A chart packed by `helm package`: a gzipped tar archive with one folder in it.
package enum ChartArchive {
    static let byteLimit = 100 << 20
    static let entryLimit = 20_000

    /// The files below the archive's one folder, with Helm's rules for their names.
    package static func unpack(_ bytes: [UInt8]) throws(ChartError) -> [ChartFile] {
        guard bytes.starts(with: [0x1f, 0x8b]) else { throw refusal(bytes.isEmpty ? "EOF" : "gzip: invalid header") }
        let entries: [Tar.Entry]
        do throws(ArchiveError) {
            entries = try Tar.entries(try Gzip.decompress(bytes, limit: byteLimit), maxEntries: entryLimit, checksPaths: false)
        } catch {
            throw refusal(error.description)
        }
        var files: [ChartFile] = []
        for entry in entries {
            // Made on Windows, perhaps.
            let separator = entry.path.utf8.contains(UInt8(ascii: "\\")) ? "\\" : "/"
            let parts = goSplit(entry.path, separator)
            let path = parts.dropFirst().joined(separator: "/")
            if path.hasPrefix("/") { throw refusal("chart illegally contains absolute paths") }
            let name = cleanPath(path)
            if name == "." { throw refusal("chart illegally contains content outside the base directory: \(goQuoted(entry.path))") }
            if name.hasPrefix("..") { throw refusal("chart illegally references parent directory") }
            if isDrive(name) { throw refusal("chart contains illegally named files") }
            if parts.first == "Chart.yaml" { throw refusal("chart yaml not in base directory") }
            files.append(ChartFile(path: name, bytes: entry.bytes).withoutByteOrderMark)
        }
        if files.isEmpty { throw refusal("no files in chart archive") }
        return files
    }

    private static func refusal(_ message: String) -> ChartError { ChartError(.invalid, message: message) }

    /// "c:/foo".
    private static func isDrive(_ name: String) -> Bool {
        let start = Array(name.utf8.prefix(3))
        guard start.count == 3, start[1] == UInt8(ascii: ":"), start[2] == UInt8(ascii: "/") else { return false }
        return (65...90).contains(start[0]) || (97...122).contains(start[0])
    }
}
