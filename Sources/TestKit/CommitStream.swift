package import Basics
package import Git

/// Many commits, with any parents, made in a bare repository by one `git fast-import`.
package struct CommitStream {
    private var stream = FastImport()
    private var count = 0

    package init() {}

    /// A commit on none, one or several of those made before, by their numbers.
    ///
    /// - Parameter changes: against the first parent; a root begins empty.
    /// - Returns: Its number.
    @discardableResult
    package mutating func commit(
        _ message: String, _ changes: [String: TestRepository.Change], parents: [Int], author: String = "Ada Lovelace",
        email: String = "ada@example.org", date: Timestamp
    ) -> Int {
        count += 1
        // Each on a branch of its own, so that none continues another by chance.
        if parents.isEmpty { stream.line("reset refs/heads/main\n") }
        stream.line("commit refs/heads/main")
        stream.line("mark :\(count)")
        stream.person(author, email, date)
        stream.data(Array(message.utf8))
        for (index, parent) in parents.enumerated() { stream.line("\(index == 0 ? "from" : "merge") :\(parent)") }
        stream.changes(changes)
        return count
    }

    /// Makes them; `main` is the last one.
    /// - Returns: Their ids, the first commit's first.
    package func write(to repository: TestRepository) async throws -> [ObjectID] {
        let marks = "\(repository.path)/marks"
        try await Subprocess.check(
            "git", ["fast-import", "--quiet", "--force", "--export-marks=\(marks)"], environment: TestRepository.environment, folder: repository.path,
            input: stream.bytes)
        let text = try await Subprocess.check("cat", [marks])
        var ids: [Int: ObjectID] = [:]
        for row in text.split(separator: "\n") {
            let words = row.split(separator: " ")
            guard words.count == 2, let number = Int(words[0].dropFirst()), let id = ObjectID(words[1]) else { continue }
            ids[number] = id
        }
        return try (1...max(1, count)).map { number in
            guard let id = ids[number] else { throw SubprocessError("fast-import made no commit \(number)") }
            return id
        }
    }
}
