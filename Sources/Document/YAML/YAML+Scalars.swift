extension YAML {
    /// Every scalar value of a document that is written in it, in the order it stands: what an alias or a merge
    /// brings is listed where it is written. Empty where there is no such document.
    package static func scalars(
        document: Int, in bytes: [UInt8], file: String = ""
    ) throws(DocumentError) -> [(path: DocumentPath, node: LocatedNode)] {
        let outcome: Result<[(path: DocumentPath, node: LocatedNode)], DocumentError> = bytes.withUnsafeBufferPointer { buffer in
            do throws(DocumentError) {
                return .success(try YAMLOutline(of: document, in: buffer, file: file)?.scalars ?? [])
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}

extension YAMLOutline {
    fileprivate var scalars: [(path: DocumentPath, node: LocatedNode)] {
        var found: [(path: DocumentPath, node: LocatedNode)] = []
        var open: [(node: Int, key: Int?, path: DocumentPath)] = [(root, nil, [])]
        while let (index, key, path) = open.popLast() {
            guard nodes.indices.contains(index) else { continue }
            switch nodes[index].content {
            case .scalar(let text, let style, _, _):
                let range = nodes[index].range
                let node = LocatedNode(
                    key: key.map { nodes[$0].range }, value: range, style: style, text: text, isInFlow: nodes[index].isInFlow,
                    sharing: nil)
                found.append((path, node))
            case .sequence(let items):
                open += items.enumerated().reversed().map { ($0.element, nil, path.appending(.index($0.offset))) }
            case .mapping(let pairs):
                open += pairs.reversed().compactMap { pair in
                    guard case .scalar(_, _, let name?, false) = nodes[pair.key].content else { return nil }
                    return (pair.value, pair.key, path.appending(.key(name)))
                }
            case .alias: continue
            }
        }
        return found
    }
}
