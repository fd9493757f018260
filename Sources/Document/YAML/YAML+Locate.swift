extension YAML {
    /// Where one value of a document is written; nil where the path leads nowhere.
    ///
    /// A second, slower pass over the text: the tree itself carries no positions,
    /// because of thousands of values one is asked for.
    package static func locate(
        _ path: DocumentPath, document: Int, in bytes: [UInt8], file: String = ""
    ) throws(DocumentError) -> LocatedNode? {
        let outcome: Result<LocatedNode?, DocumentError> = bytes.withUnsafeBufferPointer { buffer in
            do throws(DocumentError) {
                let outline = try YAMLOutline(of: document, in: buffer, file: file)
                return .success(outline?.find(path))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    /// The line of a value, or of the nearest thing around it that is written:
    /// for messages about a field that may be missing. Nil where the text cannot be read.
    package static func line(of path: DocumentPath, document: Int, in bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBufferPointer { buffer in
            guard let outline = try? YAMLOutline(of: document, in: buffer, file: "") else { return nil }
            var steps = path.steps
            while true {
                if let node = outline.find(DocumentPath(steps)) { return (node.key ?? node.value).start.line }
                if steps.popLast() == nil { return nil }
            }
        }
    }
}

/// One value in the text of a file.
package struct LocatedNode: Sendable, Hashable {
    /// How a path got to a value that is written somewhere else.
    package enum Sharing: Sendable, Hashable {
        /// Through an alias such as `*image`; the value is the anchor's, and other places have it too.
        case alias(String)
        /// Through the merge key `<<`.
        case merge
    }

    /// Nil for items of sequences and for the root.
    package var key: SourceRange?
    /// Without anchor and tag; of a mapping or sequence from its first to its last byte.
    package var value: SourceRange
    /// Nil for mappings and sequences.
    package var style: ScalarStyle?
    /// A scalar's text as it reads, quotes and escapes resolved.
    package var text: String?
    /// Whether it stands inside brackets or braces.
    package var isInFlow: Bool
    /// Set where the value is used in more than the place asked for.
    package var sharing: Sharing?

    package init(
        key: SourceRange?, value: SourceRange, style: ScalarStyle?, text: String?, isInFlow: Bool, sharing: Sharing?
    ) {
        self.key = key
        self.value = value
        self.style = style
        self.text = text
        self.isInFlow = isInFlow
        self.sharing = sharing
    }
}
