/// Bytes as lower-case hexadecimal digits, two each.
package func hexText(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    for byte in bytes {
        for half in [byte >> 4, byte & 15] { text.append(half < 10 ? UInt8(ascii: "0") &+ half : UInt8(ascii: "a") &+ half &- 10) }
    }
    return String(decoding: text, as: UTF8.self)
}
