/// What a server offers to a push: the first thing `git-receive-pack` says.
struct PushAdvertisement: Sendable, Hashable {
    var references: [String: ObjectID] = [:]
    var capabilities: Set<String> = []

    /// Takes one line of the list; false where it is none.
    mutating func add(_ line: [UInt8]) -> Bool {
        let parts = line.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        let words = parts.first.map { trimmed($0).split(separator: " ", maxSplits: 1) } ?? []
        if let offered = parts.dropFirst().first { capabilities.formUnion(trimmed(offered).split(separator: " ").map(String.init)) }
        guard let first = words.first else { return false }
        if first == "version" { return true }
        guard let id = ObjectID(first), let name = words.dropFirst().first else { return false }
        // An empty repository has a line for its capabilities alone; ".have" is another repository's.
        if name.hasPrefix("refs/") { references[String(name)] = id }
        return true
    }
}

/// What a server says at the end of a push (`report-status`).
struct PushReport: Sendable, Hashable {
    /// "ok", or what went wrong with the pack.
    var unpack: String
    /// Nil for what was accepted.
    var refused: [String: String?]

    /// - Parameter bytes: pkt-lines, up to a flush; nil where they are none or cut off.
    init?(_ bytes: [UInt8]) {
        var (unpack, refused): (String?, [String: String?]) = (nil, [:])
        var rest = bytes[...]
        while true {
            guard let length = PacketReader.length(Array(rest.prefix(4))), rest.count >= 4 else { return nil }
            if length == 0 { break }
            guard length >= 4, length <= rest.count else { return nil }
            let line = trimmed(rest.prefix(length).dropFirst(4))
            rest = rest.dropFirst(length)
            if line.hasPrefix("unpack ") {
                unpack = String(line.dropFirst(7))
            } else if line.hasPrefix("ok ") {
                refused.updateValue(nil, forKey: String(line.dropFirst(3)))
            } else if line.hasPrefix("ng ") {
                let words = line.dropFirst(3).split(separator: " ", maxSplits: 1)
                if let name = words.first { refused.updateValue(words.dropFirst().first.map(String.init) ?? "refused", forKey: String(name)) }
            }
        }
        guard let unpack else { return nil }
        (self.unpack, self.refused) = (unpack, refused)
    }

    /// Why a reference was not moved; nil where it was.
    func refusal(of reference: String) -> String? {
        if unpack != "ok" { return "the server could not unpack it: \(unpack)" }
        guard let answer = refused[reference] else { return "the server says nothing about \"\(reference)\"" }
        return answer
    }

    /// Whether a refusal is what servers say when the reference is no longer where the push found it, or
    /// another push holds it right now.
    static func isRace(_ reason: String) -> Bool {
        let reason = reason.lowercased()
        return [
            "failed to update ref", "cannot lock ref", "failed to lock", "failed to acquire lock", "fetch first", "non-fast-forward", "stale info",
            "incorrect old value", "reference already exists", "but expected",
        ].contains { reason.contains($0) }
    }
}

private func trimmed(_ bytes: some BidirectionalCollection<UInt8>) -> String {
    var bytes = bytes[...]
    while bytes.last == UInt8(ascii: "\n") { bytes = bytes.dropLast() }
    return String(decoding: bytes, as: UTF8.self)
}
