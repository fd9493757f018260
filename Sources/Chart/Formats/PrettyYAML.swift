internal import Document
internal import Template

/// What `toYamlPretty` gives. Unlike `toYaml` it asks yaml.v3 for the value as it is:
/// floats keep their exponent, sequences stand deeper than their key.
func prettyYAML(_ value: Datum) throws -> String {
    let text = YAML.writePretty(try Value(unchanged: value))
    return text.utf8.last == UInt8(ascii: "\n") ? String(text.dropLast()) : text
}
