package import Registry

extension ImageReference {
    /// The same image at another tag. The name stays as it is written, and a
    /// pinned image stays pinned: `repo:tag@sha256:…` gets the new tag's digest.
    ///
    /// Nil where the image is pinned and the tag's digest is not known.
    package func moved(to tag: ImageTag) -> ImageReference? {
        guard digest != nil else { return ImageReference(name: name, tag: tag.name) }
        guard let newDigest = tag.digest else { return nil }
        return ImageReference(name: name, tag: tag.name, digest: newDigest)
    }
}

extension TagPolicy {
    /// The tag an image stands for: no tag means "latest", and of an image with a
    /// digest alone it is the best tag with that digest.
    ///
    /// Nil where the registry has no tag for the digest, so that nothing says what version it is.
    package func current(of image: ImageReference, among tags: [ImageTag]) -> ImageTag? {
        guard image.tag == nil, let digest = image.digest else {
            return ImageTag(image.tag ?? "latest", digest: image.digest)
        }
        let known = tags.filter { $0.digest == digest }
        return matching(known).first ?? sorted(known).first
    }
}
