/// Whether a text is a tag by the grammar of OCI's distribution specification:
/// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
///
/// Tags end up in manifests and commit messages, so what a registry says is
/// checked here once more: nothing else is ever chosen. It also bounds the work
/// for one tag.
func isTagName(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, bytes.count <= 128 else { return false }
    return first != UInt8(ascii: ".") && first != UInt8(ascii: "-") && bytes.allSatisfy(isTagByte)
}

/// A byte that may stand in a tag.
func isTagByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"): true
    default: false
    }
}

/// A text for one line of a message: without line breaks and other control
/// characters, and without the marks that turn the direction of writing.
package func printable(_ text: String, limit: Int = .max) -> String {
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
        if count >= limit {
            result.append("…")
            break
        }
        count += 1
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .format, .surrogate, .privateUse, .unassigned: result.append(" ")
        default: result.append(scalar)
        }
    }
    return String(result)
}
