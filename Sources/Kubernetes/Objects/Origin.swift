/// Where an object was written.
package struct Origin: Sendable, Hashable {
    /// The path in the repository.
    package var file: String
    package var line: Int?

    package init(file: String, line: Int? = nil) {
        self.file = file
        self.line = line
    }
}

extension Origin: CustomStringConvertible {
    /// `deploy/web.yaml:12`
    package var description: String { line.map { "\(file):\($0)" } ?? file }
}
