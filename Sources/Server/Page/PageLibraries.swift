internal import Basics
internal import FoundationEssentials

/// The libraries of the page, where the system's packages put them. Anyone may ask for them, so each is read once, when
/// it is first asked for, and kept.
final class PageLibraries: Sendable {
    /// The files, below the folder where packages put theirs.
    private static let paths = ["dygraph.min.js": "dygraphs/dygraph.min.js", "dygraph.min.css": "dygraphs/dygraph.min.css"]

    /// Larger is no library.
    private static let limit = 4 << 20

    private let folder: String
    private let kept = Locked<[String: PageAsset]>([:])

    init(folder: String) { self.folder = folder }

    /// Nil: there is none, or not yet.
    func asset(_ name: String) -> PageAsset? {
        guard let path = Self.paths[name].map({ "\(folder)/\($0)" }) else { return nil }
        // Whoever else asks meanwhile waits for the one who reads.
        return kept.withLock { kept in
            if let asset = kept[name] { return asset }
            let files = FileManager.default
            guard let size = try? files.attributesOfItem(atPath: path)[.size] as? Int, size <= Self.limit,
                let data = files.contents(atPath: path), data.count <= Self.limit
            else { return nil }
            let asset = PageAsset(name, [UInt8](data))
            kept[name] = asset
            return asset
        }
    }

    func advice(_ name: String) -> String {
        guard let path = Self.paths[name] else { return "not found\n" }
        return "there is no \(folder)/\(path): install the package libjs-dygraphs, or say with --page-libraries where it is\n"
    }
}
