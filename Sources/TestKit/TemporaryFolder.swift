internal import Glibc

/// A folder that is there for one test and gone when this object is dropped.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init(_ name: String = "martlet") throws {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SubprocessError("no temporary folder in \(base): error \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    /// The path of something in it.
    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file, private to the user, and gives back its path.
    @discardableResult
    package func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        let path = file(name)
        try Self.write(bytes, to: path)
        return path
    }

    /// Writes a file anywhere, private to the user.
    package static func write(_ bytes: some Sequence<UInt8>, to path: String) throws {
        let descriptor = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SubprocessError("cannot write \(path): error \(errno)") }
        defer { close(descriptor) }
        let bytes = Array(bytes)
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done) }
            guard count > 0 else { throw SubprocessError("cannot write \(path): error \(errno)") }
            done += count
        }
    }

    /// The content of a file.
    package static func read(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SubprocessError("cannot read \(path): error \(errno)") }
        defer { close(descriptor) }
        var all: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return all }
            all += buffer.prefix(count)
        }
    }

    /// Bottom up: a folder is removed once what was in it is gone.
    private static func remove(_ path: String) {
        var rest = [(path: path, isEmptied: false)]
        while let (path, isEmptied) = rest.popLast() {
            if unlink(path) == 0 { continue }
            if isEmptied {
                rmdir(path)
                continue
            }
            guard let folder = opendir(path) else { continue }
            defer { closedir(folder) }
            rest.append((path, true))
            while let entry = readdir(folder) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                    pointer.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: entry.pointee.d_name)) { String(cString: $0) }
                }
                if name != ".", name != ".." { rest.append(("\(path)/\(name)", false)) }
            }
        }
    }
}
