internal import Basics

/// What `git fast-import` reads, as far as tests write it.
struct FastImport {
    private(set) var bytes: [UInt8] = []

    mutating func line(_ text: String) { bytes += Array(text.utf8) + [UInt8(ascii: "\n")] }

    mutating func data(_ content: [UInt8]) {
        line("data \(content.count)")
        bytes += content + [UInt8(ascii: "\n")]
    }

    /// The author and the committer of a commit, who are one.
    mutating func person(_ name: String, _ email: String, _ date: Timestamp) {
        let stamp = "\(name) <\(email)> \(date.milliseconds / 1000) +0000"
        line("author \(stamp)")
        line("committer \(stamp)")
    }

    /// The end of a commit.
    mutating func changes(_ changes: [String: TestRepository.Change]) {
        for (path, change) in changes.sorted(by: { $0.key < $1.key }) {
            switch change {
            case .file(let content):
                line("M 100644 inline \(path)")
                data(content)
            case .executable(let content):
                line("M 100755 inline \(path)")
                data(content)
            case .symlink(let target):
                line("M 120000 inline \(path)")
                data(Array(target.utf8))
            case .delete: line("D \(path)")
            }
        }
        line("")
    }
}
