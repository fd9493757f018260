/// A file that the page loads: ours, which the program carries, or a library that the system's package has.
struct PageAsset: Sendable {
    var bytes: [UInt8]
    var type: String
    var tag: String

    init(_ name: String, _ bytes: [UInt8]) {
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
}
