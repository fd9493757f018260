import FoundationEssentials

/// The file system as kubeconfigs and token files need it, so that tests can have one in memory.
package struct FileReader: Sendable {
    package enum Failure: Error, Sendable, Hashable {
        case missing
        /// Says why: no permission, a directory.
        case unreadable(String)
    }

    private let body: @Sendable (String) throws(Failure) -> [UInt8]

    package init(_ body: @escaping @Sendable (String) throws(Failure) -> [UInt8]) { self.body = body }

    package func read(_ path: String) throws(Failure) -> [UInt8] { try body(path) }

    /// The machine's files.
    package static let system = FileReader { (path: String) throws(Failure) -> [UInt8] in
        var isDirectory = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else { throw .missing }
        if isDirectory { throw .unreadable("it is a directory") }
        guard let data = FileManager.default.contents(atPath: path) else { throw .unreadable("no permission to read it") }
        return [UInt8](data)
    }
}
