package import Basics

/// An image as a manifest writes it: `nginx:1.25`, `ghcr.io/a/b:1@sha256:…`.
package struct ImageReference: Sendable, Hashable {
    /// As written, without tag and digest.
    package var name: String
    /// Nil where none is written, which means "latest".
    package var tag: String?
    /// `sha256:…`
    package var digest: String?

    package init(name: String, tag: String? = nil, digest: String? = nil) {
        (self.name, self.tag, self.digest) = (name, tag, digest)
    }
}

extension ImageReference: CustomStringConvertible {
    /// `name[:tag][@digest]`
    package var description: String { name + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "") }
}

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
