internal import Document

/// A JSON error in the words of encoding/json.
func goJSONError(_ error: DocumentError, _ text: String) -> String {
    // At the end Go's scanner steps over a space, which a number or a word cut short does not bear.
    let bytes = Array(text.utf8) + [0x20]
    switch GoJSONScanner.scan(bytes) {
    case .failure(let problem): return problem
    case .unfinished: return "unexpected end of JSON input"
    case .end(let offset):
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d }
        guard let byte = bytes.dropFirst(offset).first(where: { !isSpace($0) }) else { return "\(error)" }
        return "invalid character \(GoJSONScanner.quoted(byte)) after top-level value"
    }
}
