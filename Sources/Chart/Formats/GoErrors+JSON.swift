internal import Document

/// A JSON error in the words of encoding/json.
func goJSONError(_ error: DocumentError, _ text: String) -> String {
    guard let offset = error.position?.offset else { return "unexpected end of JSON input" }
    let bytes = Array(text.utf8)
    guard offset < bytes.count else { return "unexpected end of JSON input" }
    let character = String(decoding: bytes[offset...].prefix(1), as: UTF8.self)
    return "invalid character '\(character)' looking for beginning of value"
}
