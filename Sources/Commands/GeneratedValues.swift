import Basics
import Chart
import Delivery
import Document
import FoundationEssentials
import Kubernetes

/// What charts made up for an input they were rendered with before: keys and
/// certificates cannot be made from a seed, and the time goes on. Kept in the user's
/// cache, so that `martlet render` prints the same for the same.
struct GeneratedValues {
    private static let limit = 200

    let digest: String
    private let folder: String

    /// - Parameters:
    ///   - digest: of everything the render depends on.
    ///   - folder: where they are kept; by default in the user's cache.
    init(digest: String, folder: String?, environment: [String: String] = processEnvironment()) {
        self.digest = digest
        let cache = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(environment["HOME"] ?? "/tmp")/.cache"
        self.folder = folder ?? "\(cache)/martlet/render"
    }

    func load() -> [String: String] {
        guard let data = try? Data(contentsOf: URL(filePath: path)), let mapping = (try? JSON.parse([UInt8](data)))?.mapping else { return [:] }
        return Dictionary(mapping.compactMap { entry in entry.value.string.map { (entry.key, $0) } }) { first, _ in first }
    }

    /// For nobody else's eyes: there may be private keys. A cache that cannot be written is no reason to fail.
    func save(_ values: [String: String]) {
        let manager = FileManager.default
        try? manager.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: UInt(0o700)])
        let value = Value.mapping(Mapping(values.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        let temporary = "\(path).\(ULID(at: SystemTime().now, random: RandomSource()))"
        guard manager.createFile(
            atPath: temporary, contents: Data(JSON.write(value)), attributes: [.posixPermissions: UInt(0o600)])
        else { return }
        if (try? manager.moveItem(atPath: temporary, toPath: path)) == nil { try? manager.removeItem(atPath: temporary) }
        sweep()
    }

    private var path: String { "\(folder)/\(digest).json" }

    /// The oldest go first.
    private func sweep() {
        let manager = FileManager.default
        guard let names = try? manager.contentsOfDirectory(atPath: folder), names.count > Self.limit else { return }
        let aged = names.map { name -> (age: Date, name: String) in
            let date = try? manager.attributesOfItem(atPath: "\(folder)/\(name)")[.modificationDate] as? Date
            return (date ?? .distantPast, name)
        }
        for (_, name) in aged.sorted(by: { $0.age < $1.age }).prefix(names.count - Self.limit) {
            try? manager.removeItem(atPath: "\(folder)/\(name)")
        }
    }
}

/// Whether there is a file, and no folder, of that name.
func isFile(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder
}
