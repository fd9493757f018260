internal import Document

/// `# {"$imagepolicy": "flux-system:web:tag"}` behind a scalar: Flux's way to say that an image stands there.
///
/// There are no ImagePolicy objects here to say which: a marker counts for the workload or the
/// container that has the name after the colon. Behind the image of a container it says nothing new.
struct ImageMarker: Sendable, Hashable {
    enum Part: Sendable, Hashable { case whole, name, tag }

    var place: ScalarPlace
    /// The scalar's text.
    var text: String
    var namespace: String
    var name: String
    var part: Part

    private static let key = "$imagepolicy"

    /// The markers of a file, in the order they stand.
    static func markers(in bytes: [UInt8], file: String) -> [ImageMarker] {
        // Most files have none: looked for before anything is parsed.
        guard YAML.Syntax(file: file) == .yaml, String(decoding: bytes, as: UTF8.self).contains(key) else { return [] }
        var found: [ImageMarker] = []
        // A document with a marker is not empty, and so is among these.
        guard let documents = try? YAML.documents(bytes, file: file, options: .init(maxBytes: nil, duplicateKeys: .last)) else { return [] }
        // Each look at a document reads the file from its start: only at those with a marker.
        let ends = documents.dropFirst().map(\.range.bytes.lowerBound) + [bytes.count]
        for (document, end) in zip(documents, ends) {
            let start = min(max(0, document.range.bytes.lowerBound), bytes.count)
            guard String(decoding: bytes[start..<min(max(start, end), bytes.count)], as: UTF8.self).contains(key) else { continue }
            for (path, node) in (try? YAML.scalars(document: document.index, in: bytes, file: file)) ?? [] {
                guard let (namespace, name, part) = declared(behind: node.value.bytes.upperBound, in: bytes) else { continue }
                let place = ScalarPlace(file: file, document: document.index, path: path)
                found.append(ImageMarker(place: place, text: node.text ?? "", namespace: namespace, name: name, part: part))
            }
        }
        return found
    }

    /// What the comment on the rest of a line declares.
    private static func declared(behind offset: Int, in bytes: [UInt8]) -> (namespace: String, name: String, part: Part)? {
        guard offset <= bytes.count else { return nil }
        let line = bytes[offset...].prefix { $0 != 0x0a && $0 != 0x0d }
        guard let hash = line.firstIndex(of: UInt8(ascii: "#")) else { return nil }
        // Only commas and brackets of the collection it stands in may come between.
        guard line[..<hash].allSatisfy({ [0x20, 0x09, UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]")].contains($0) }) else { return nil }
        guard let open = line[hash...].firstIndex(of: UInt8(ascii: "{")), let close = line.lastIndex(of: UInt8(ascii: "}")), open < close,
            let text = (try? JSON.parse(Array(line[open...close])))?[key]?.string
        else { return nil }
        let words = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(words.count), !words[1].isEmpty else { return nil }
        switch words.count == 3 ? words[2] : "" {
        case "": return (words[0], words[1], .whole)
        case "tag": return (words[0], words[1], .tag)
        case "name": return (words[0], words[1], .name)
        default: return nil
        }
    }
}
