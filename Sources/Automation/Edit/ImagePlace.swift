package import Document

/// One scalar of one document of one file.
package struct ScalarPlace: Sendable, Hashable {
    package var file: String
    /// Its place among the documents of the file, empty ones counted.
    package var document: Int
    package var path: DocumentPath

    package init(file: String, document: Int, path: DocumentPath) {
        (self.file, self.document, self.path) = (file, document, path)
    }
}

extension ScalarPlace: CustomStringConvertible {
    package var description: String { "\(file): \(path)" }
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
