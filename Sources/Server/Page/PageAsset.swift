internal import FoundationEssentials

/// A file that the page loads: ours, which the program carries, or a library that the system's package has.
struct PageAsset: Sendable {
    var bytes: [UInt8]
    var type: String
    var tag: String

    private init(_ name: String, _ bytes: [UInt8]) {
        self.bytes = bytes
        type =
            switch name.split(separator: ".").last {
            case "js": "text/javascript; charset=utf-8"
            case "css": "text/css; charset=utf-8"
            case "svg": "image/svg+xml"
            default: "application/octet-stream"
            }
        tag = entityTag(bytes)
    }

    /// Ours, by name.
    static func named(_ name: String) -> PageAsset? { own[name] }

    static let own: [String: PageAsset] = Dictionary(uniqueKeysWithValues: files.map { ($0.0, PageAsset($0.0, $0.1)) })

    /// The library's files, below the folder where packages put theirs.
    static let libraries = ["dygraph.min.js": "dygraphs/dygraph.min.js", "dygraph.min.css": "dygraphs/dygraph.min.css"]

    /// Larger is no library.
    private static let libraryLimit = 4 << 20

    static func library(_ name: String, folder: String) -> PageAsset? {
        guard let path = libraries[name], let data = FileManager.default.contents(atPath: "\(folder)/\(path)"), data.count <= libraryLimit else { return nil }
        return PageAsset(name, [UInt8](data))
    }

    static func advice(_ name: String, folder: String) -> String {
        guard let path = libraries[name] else { return "not found\n" }
        return "there is no \(folder)/\(path): install the package libjs-dygraphs, or say with --page-libraries where it is\n"
    }
}
