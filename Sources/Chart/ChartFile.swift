/// One file of a chart, as git or an archive has it.
package struct ChartFile: Sendable, Hashable {
    /// Relative to the chart's root, "/" between its parts: "templates/service.yaml".
    package var path: String
    package var bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    package init(path: String, text: String) { self.init(path: path, bytes: Array(text.utf8)) }

    /// Editors of Windows put three bytes in front of UTF-8.
    var withoutByteOrderMark: ChartFile {
        bytes.starts(with: [0xef, 0xbb, 0xbf]) ? ChartFile(path: path, bytes: Array(bytes.dropFirst(3))) : self
    }

    /// By name and size; equality then compares every byte, which is quick where both are the same bytes in memory.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(path)
        hasher.combine(bytes.count)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}
