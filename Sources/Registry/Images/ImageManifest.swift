internal import Basics
internal import Document

/// A manifest, as far as it says when an image was built and for what: of OCI,
/// of Docker's second schema, an index of either, or of Docker's first schema.
enum ImageManifest: Sendable, Hashable {
    case image(config: Descriptor, created: Timestamp?)
    case index([Entry], created: Timestamp?)
    /// The first schema has no configuration; its history says the same.
    case schema1(created: Timestamp?, platform: String?)

    struct Descriptor: Sendable, Hashable {
        var digest: String
        var size: Int64
    }

    /// One platform of an index.
    struct Entry: Sendable, Hashable {
        var digest: String
        var platform: String?
    }

    /// What is asked for; the first schema last, as registries that know others convert to it.
    static let accepted = [
        "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.v1+prettyjws;q=0.5", "application/vnd.docker.distribution.manifest.v1+json;q=0.5",
    ].joined(separator: ", ")

    /// Told apart by what is in it: the media type is optional in OCI, and proxies change the header.
    ///
    /// - Returns: nil for anything that is no manifest.
    static func parse(_ bytes: [UInt8]) -> ImageManifest? {
        guard let root = try? JSON.parse(bytes, maxDepth: 50), root.mapping != nil else { return nil }
        let created = time(root["annotations"]?["org.opencontainers.image.created"])
        if let items = root["manifests"]?.sequence {
            return .index(items.compactMap(entry), created: created)
        }
        if let config = root["config"], let digest = config["digest"]?.string, ImageReference.isDigest(digest) {
            return .image(config: Descriptor(digest: digest, size: config["size"]?.int ?? 0), created: created)
        }
        guard root["schemaVersion"]?.int == 1, let newest = root["history"]?[0]?["v1Compatibility"]?.string,
            let image = try? JSON.parse(newest, maxDepth: 50)
        else { return nil }
        return .schema1(created: time(image["created"]), platform: platform(image) ?? platform(root))
    }

    private static func entry(_ item: Value) -> Entry? {
        guard let digest = item["digest"]?.string, ImageReference.isDigest(digest) else { return nil }
        // BuildKit files what it knows of a build under an unknown platform.
        if item["annotations"]?["vnd.docker.reference.type"] != nil || item["platform"]?["os"]?.string == "unknown" { return nil }
        return Entry(digest: digest, platform: item["platform"].flatMap(platform))
    }

    /// When a configuration says the image was built, and for what.
    static func configuration(_ bytes: [UInt8]) -> (created: Timestamp?, platform: String?)? {
        guard let root = try? JSON.parse(bytes, maxDepth: 100), root.mapping != nil else { return nil }
        return (time(root["created"]), platform(root))
    }

    /// `linux/arm64/v8`
    private static func platform(_ value: Value) -> String? {
        guard let architecture = value["architecture"]?.string, !architecture.isEmpty else { return nil }
        let parts = [value["os"]?.string ?? "linux", architecture, value["variant"]?.string ?? ""]
        return parts.filter { !$0.isEmpty && $0.utf8.count <= 64 }.joined(separator: "/")
    }

    /// Reproducible builds write the year 1 or 1970, which says nothing.
    private static func time(_ value: Value?) -> Timestamp? {
        guard let time = value?.string.flatMap({ Timestamp($0) }), time.milliseconds > 0 else { return nil }
        return time
    }
}
