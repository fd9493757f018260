package import Basics

/// One tag of a repository and what is known of it.
package struct ImageTag: Sendable, Hashable {
    package var name: String
    package var digest: String?
    /// When the image was built, as its configuration says.
    package var builtAt: Timestamp?

    package init(_ name: String, digest: String? = nil, builtAt: Timestamp? = nil) {
        (self.name, self.digest, self.builtAt) = (name, digest, builtAt)
    }
}

/// The tags of a repository as a registry listed them at one time.
package struct TagList: Sendable, Hashable {
    package var repository: ImageRepository
    package var tags: [ImageTag]
    package var fetchedAt: Timestamp

    package init(repository: ImageRepository, tags: [ImageTag], fetchedAt: Timestamp) {
        (self.repository, self.tags, self.fetchedAt) = (repository, tags, fetchedAt)
    }
}

/// What a manifest and the configurations behind it say of an image.
package struct ImageDetails: Sendable, Hashable {
    /// Of the manifest, or of the index where the tag names one.
    package var digest: String
    /// When it was built; of several platforms the newest. Nil where nothing says it.
    package var builtAt: Timestamp?
    /// `linux/amd64`, `linux/arm64/v8`; sorted.
    package var platforms: [String]

    package init(digest: String, builtAt: Timestamp?, platforms: [String]) {
        (self.digest, self.builtAt, self.platforms) = (digest, builtAt, platforms)
    }
}
