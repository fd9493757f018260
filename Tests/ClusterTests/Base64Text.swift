import Document

/// Text as it stands in a `…-data` field.
enum Base64Text {
    static func of(_ text: String) -> String { Base64.encode(text.utf8) }
}
