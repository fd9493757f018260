/// YAML as Kubernetes' tools read and write it (sigs.k8s.io/yaml): libyaml's
/// parser, go-yaml's types and its way of printing.
package enum YAML {
    /// What a reader accepts, and the limits that keep hostile input from costing much.
    package struct Options: Sendable {
        package enum DuplicateKeys: Sendable {
            /// An error that names the second one: a manifest with one is a mistake.
            case refuse
            /// The last one wins, as Helm and kubectl have it.
            case last
        }

        /// Nil for text whose size something else has limited.
        package var maxBytes: Int?
        package var maxDepth: Int
        /// How much aliases may add to what was written.
        package var maxAliasBytes: Int
        package var duplicateKeys: DuplicateKeys
        /// Whether `parse` reads the first document and leaves the rest alone, as
        /// sigs.k8s.io/yaml does, or refuses a second one.
        package var ignoresFurtherDocuments: Bool

        package init(
            maxBytes: Int? = 5 << 20, maxDepth: Int = 1000, maxAliasBytes: Int = 10 << 20,
            duplicateKeys: DuplicateKeys = .refuse, ignoresFurtherDocuments: Bool = false
        ) {
            self.maxBytes = maxBytes
            self.maxDepth = maxDepth
            self.maxAliasBytes = maxAliasBytes
            self.duplicateKeys = duplicateKeys
            self.ignoresFurtherDocuments = ignoresFurtherDocuments
        }

        /// Files a person writes for Martlet.
        package static let manifest = Options()
        /// Helm's values, charts and `fromYaml`: as lenient as Helm.
        package static let values = Options(duplicateKeys: .last, ignoresFurtherDocuments: true)
        /// What a program of ours or the API server wrote, of any size.
        package static let cluster = Options(maxBytes: nil, duplicateKeys: .last)
    }

    /// Every document of a text. One with nothing in it (or only comments) is
    /// left out, but counts in the `index` of those behind it.
    package static func documents(
        _ bytes: [UInt8], file: String, options: Options = .manifest
    ) throws(DocumentError) -> [YAMLDocument] {
        let reader = try YAMLReader(bytes, file: file, options: options)
        return try reader.documents()
    }

    /// The one document of a text; null where there is none.
    package static func parse(_ bytes: [UInt8], file: String, options: Options = .manifest) throws(DocumentError) -> Value {
        let reader = try YAMLReader(bytes, file: file, options: options)
        return try reader.single()
    }

    package static func parse(
        _ text: String, file: String = "", options: Options = .manifest
    ) throws(DocumentError) -> Value {
        try parse(Array(text.utf8), file: file, options: options)
    }
}

/// One of the documents of a YAML text.
package struct YAMLDocument: Sendable, Hashable {
    /// Its place among all documents of the text, empty ones counted.
    package var index: Int
    package var value: Value
    /// From the first line with content to the end of the last.
    package var range: SourceRange

    package init(index: Int, value: Value, range: SourceRange) {
        self.index = index
        self.value = value
        self.range = range
    }
}
