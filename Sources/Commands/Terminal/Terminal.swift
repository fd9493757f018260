import Glibc

/// Standard error for people, color only where a person looks.
struct Terminal: Sendable {
    enum Color: String, Sendable {
        case red = "31", green = "32", yellow = "33", cyan = "36", gray = "90", bold = "1"
    }

    let hasColor: Bool

    /// What is printed here does not mix with results on standard output.
    static let standardError = Terminal(descriptor: STDERR_FILENO)
    static let standardOutput = Terminal(descriptor: STDOUT_FILENO)

    private let descriptor: CInt

    init(descriptor: CInt) {
        self.descriptor = descriptor
        let environment = processEnvironment()
        hasColor = isatty(descriptor) == 1 && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
    }

    func color(_ text: String, _ color: Color) -> String {
        hasColor ? "\u{1b}[\(color.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// Writes a line at once, whatever buffers.
    func line(_ text: String) {
        var bytes = Array((text + "\n").utf8)[...]
        while !bytes.isEmpty {
            let written = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if written <= 0 { return }
            bytes = bytes.dropFirst(written)
        }
    }
}
