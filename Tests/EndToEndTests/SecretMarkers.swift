import Basics
import Document
import TestKit

/// Words that stand in one secret place each and must stand in no output.
struct SecretMarkers {
    /// Where each is planted.
    static let places = [
        "data", "stringData", "changed value", "deleted Secret", "changed by hand", "last-applied annotation", "not base64", "chart values", "chart default",
        "helm.values", "helm.set", "values file", "pull secret", "hook", "container environment", "git token", "API token", "webhook secret", "metrics password",
        "registry password", "daemon environment", "sink token", "signing key", "sink address", "template at fault",
    ]

    static func word(_ place: String) -> String {
        let number = (places.firstIndex(of: place) ?? 99) + 10
        return "Zq\(number)hunter\(number)Mark"
    }

    /// A text's spellings by which a secret could get out: plain, base 64 at each of its three beginnings, hexadecimal, percent-encoded.
    static func spellings(_ word: String) -> [String] {
        let bytes = Array(word.utf8)
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        var spellings = [word, hex.joined(), hex.joined().uppercased(), hex.map { "%" + $0 }.joined(), hex.map { "%" + $0 }.joined().uppercased()]
        for shift in 0..<3 {
            // The letters that do not depend on what stands around the word.
            let text = Base64.encode([UInt8](repeating: 0, count: shift) + bytes)
            spellings.append(String(text.dropFirst(shift == 0 ? 0 : shift + 1).dropLast(4)))
        }
        return spellings + [String(word.reversed())]
    }

    /// The places whose words stand in a text.
    static func found(in text: String, except: Set<String> = []) -> [String] {
        places.filter { place in !except.contains(place) && spellings(word(place)).contains { text.contains($0) } }
    }
}
