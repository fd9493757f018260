package import Document
internal import Kubernetes

/// A pod template in the form two equal templates share.
///
/// `EqualIgnoreHash` compares Go structures semantically: a missing field is
/// equal to its zero value, quantities compare as numbers, and the hash label
/// does not count. `hash` of the form names ReplicaSets and revisions.
package struct CanonicalTemplate: Sendable, Hashable {
    package let value: Value

    package init(_ template: Value) {
        var copy = template
        if var labels = copy[path: "metadata", "labels"]?.mapping {
            for label in [PodLabels.templateHash, PodLabels.revisionHash] { labels.removeValue(forKey: label) }
            copy[path: "metadata", "labels"] = .mapping(labels)
        }
        copy[path: "metadata", "creationTimestamp"] = nil
        value = canonical(copy, under: "", depth: 0) ?? [:]
    }

    /// Stable over runs and versions of this program; `collisions` makes another one when a name is taken.
    package func hash(collisions: Int = 0) -> String {
        var hash = FNV1a()
        feed(value, to: &hash, depth: 0)
        if collisions > 0 { hash.combine("#\(collisions)") }
        return safeName(hash.value)
    }
}

/// Labels the controllers put on pods.
package enum PodLabels {
    package static let templateHash = "pod-template-hash"
    package static let revisionHash = "controller-revision-hash"
}

/// A number in letters that make no words (`rand.SafeEncodeString`).
package func safeName(_ number: UInt32) -> String {
    let letters = Array("bcdfghjklmnpqrstvwxz2456789")
    return String(String(number).utf8.map { letters[Int($0) % letters.count] })
}

/// Booleans that are plain in Go, so that `false` is the same as nothing.
private let plainBooleans: Set<String> = [
    "hostNetwork", "hostPID", "hostIPC", "stdin", "stdinOnce", "tty", "readOnly", "setHostnameAsFQDN",
]

/// Fields whose values are quantities.
private let quantityParents: Set<String> = ["limits", "requests", "overhead", "sizeLimit", "divisor", "storage"]

private let deepest = 1000

private func canonical(_ value: Value, under key: String, depth: Int) -> Value? {
    guard depth < deepest else { return value }
    switch value {
    case .null: return nil
    case .string(let text):
        if text.isEmpty { return nil }
        if quantityParents.contains(key), let quantity = Quantity(text) { return .string(quantity.canonical) }
        return value
    case .bool(false) where plainBooleans.contains(key): return nil
    case .int, .double:
        if quantityParents.contains(key), let quantity = Quantity(value) { return .string(quantity.canonical) }
        return value.int.map { .int($0) } ?? value
    case .bool: return value
    case .sequence(let items):
        return items.isEmpty ? nil : .sequence(items.map { canonical($0, under: "", depth: depth + 1) ?? [:] })
    case .mapping(let mapping):
        var entries: [Mapping.Entry] = []
        for entry in mapping.sorted {
            let inner = quantityParents.contains(key) ? key : entry.key
            guard let kept = canonical(entry.value, under: inner, depth: depth + 1) else { continue }
            entries.append(.init(key: entry.key, value: kept))
        }
        return entries.isEmpty ? nil : .mapping(Mapping(uniqueEntries: entries))
    }
}

/// Fowler, Noll & Vo's hash, 32 bits, variant 1a: what Kubernetes hashes templates with.
private struct FNV1a {
    private(set) var value: UInt32 = 0x811c_9dc5

    mutating func combine(_ text: String) {
        for byte in text.utf8 {
            value ^= UInt32(byte)
            value = value &* 0x0100_0193
        }
    }
}

private func feed(_ value: Value, to hash: inout FNV1a, depth: Int) {
    guard depth <= deepest else { return }
    switch value {
    case .null: hash.combine("~")
    case .bool(let flag): hash.combine(flag ? "t" : "f")
    case .int(let number): hash.combine("i\(number);")
    case .double(let number): hash.combine("d\(number);")
    case .string(let text): hash.combine("s\(text.utf8.count):\(text)")
    case .sequence(let items):
        hash.combine("[")
        for item in items { feed(item, to: &hash, depth: depth + 1) }
        hash.combine("]")
    case .mapping(let mapping):
        hash.combine("{")
        for entry in mapping {
            hash.combine("\(entry.key.utf8.count):\(entry.key)")
            feed(entry.value, to: &hash, depth: depth + 1)
        }
        hash.combine("}")
    }
}
