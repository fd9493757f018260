package import Document

/// One scalar of one document of one file.
package struct ScalarPlace: Sendable, Hashable {
    package var file: String
    /// Its place among the documents of the file, empty ones counted.
    package var document: Int
    package var path: DocumentPath
    /// What of the scalar is meant: behind the "=" of an item of `spec.helm.set`.
    package var prefix: String
    /// Set where the file is a template and no YAML: the bytes themselves.
    package var bytes: Range<Int>?

    package init(file: String, document: Int = 0, path: DocumentPath = [], prefix: String = "", bytes: Range<Int>? = nil) {
        (self.file, self.document, self.path) = (file, document, path)
        (self.prefix, self.bytes) = (prefix, bytes)
    }
}

extension ScalarPlace: CustomStringConvertible {
    package var description: String { path.steps.isEmpty ? file : "\(file): \(path)" }
}

/// What a container's image is put together from, in the order of its text.
package struct ImagePlace: Sendable, Hashable {
    package enum Segment: Sendable, Hashable {
        /// What no value decides: a separator, or what stands in a template.
        case literal(String)
        case value(ScalarPlace, text: String)
    }

    package var segments: [Segment]

    package init(segments: [Segment]) { self.segments = segments }

    /// The image as it is.
    package var text: String {
        segments.map { segment in
            switch segment {
            case .literal(let text), .value(_, let text): text
            }
        }.joined()
    }

    /// Where something of it is written.
    package var places: [ScalarPlace] {
        segments.compactMap { if case .value(let place, _) = $0 { place } else { nil } }
    }
}
