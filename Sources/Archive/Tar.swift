/// tar archives: ustar with the extensions of GNU and pax that carry long names
/// (POSIX.1-2001, "pax Interchange Format").
package enum Tar {
    /// A regular file of an archive.
    package struct Entry: Sendable, Hashable {
        package var path: String
        package var bytes: [UInt8]
    }

    /// The regular files, in the archive's order; links and devices are left out.
    ///
    /// Names are cleaned of "./"; one that is absolute or goes up is an error, unless
    /// the caller looks at the names itself.
    package static func entries(
        _ archive: [UInt8], maxEntries: Int, checksPaths: Bool = true
    ) throws(ArchiveError) -> [Entry] {
        var entries: [Entry] = []
        var offset = 0
        var longName: String?
        while offset + 512 <= archive.count {
            let header = archive[offset..<(offset + 512)]
            if header.allSatisfy({ $0 == 0 }) { break }
            guard let size = number(header.dropFirst(124).prefix(12)), size >= 0, size <= archive.count - offset - 512 else {
                throw .corruptArchive("an entry larger than the archive", offset: offset)
            }
            let content = archive[(offset + 512)..<(offset + 512 + size)]
            let kind = header[header.startIndex + 156]
            let magic = header.dropFirst(257).prefix(5)
            var name = text(header.prefix(100))
            if magic.elementsEqual("ustar".utf8), kind != UInt8(ascii: "L") {
                let prefix = text(header.dropFirst(345).prefix(155))
                if !prefix.isEmpty, header[header.startIndex + 262] == 0 { name = prefix + "/" + name }
            }
            offset += 512 + (size + 511) / 512 * 512
            switch kind {
            case UInt8(ascii: "L"):
                longName = text(content)
                continue
            case UInt8(ascii: "x"):
                longName = paxPath(content) ?? longName
                continue
            case UInt8(ascii: "g"): continue
            case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
                guard entries.count < maxEntries else { throw .tooLarge("entries", limit: maxEntries) }
                let path = longName ?? name
                entries.append(Entry(path: checksPaths ? try clean(path) : path, bytes: Array(content)))
            default: break
            }
            longName = nil
        }
        return entries
    }

    private static func clean(_ path: String) throws(ArchiveError) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        if path.hasPrefix("/") || path.contains("\\") || parts.contains("..") || parts.isEmpty { throw .unsafePath(path) }
        return parts.joined(separator: "/")
    }

    /// A NUL-terminated text.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Octal digits, or GNU's base 256 for what they cannot hold.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        var value = 0
        if let first = bytes.first, first & 0x80 != 0 {
            value = Int(first & 0x3f)
            for byte in bytes.dropFirst() {
                let (high, overflow) = value.multipliedReportingOverflow(by: 256)
                guard !overflow else { return nil }
                value = high | Int(byte)
            }
            return value
        }
        for byte in bytes where byte != 0 && byte != UInt8(ascii: " ") {
            guard (48...55).contains(byte) else { return nil }
            value = value * 8 + Int(byte - 48)
        }
        return value
    }

    /// The `path` record of a pax header: "LENGTH path=VALUE\n".
    private static func paxPath(_ bytes: ArraySlice<UInt8>) -> String? {
        var rest = bytes
        while let space = rest.firstIndex(of: UInt8(ascii: " ")),
            let length = Int(String(decoding: rest[rest.startIndex..<space], as: UTF8.self)),
            length > space - rest.startIndex, length <= rest.count
        {
            let record = rest[(space + 1)..<(rest.startIndex + length)]
            if record.starts(with: "path=".utf8) { return String(decoding: record.dropFirst(5).dropLast(), as: UTF8.self) }
            rest = rest.dropFirst(length)
        }
        return nil
    }
}
