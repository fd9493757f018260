internal import Basics
internal import Crypto
internal import Document

/// A tiny image as a registry keeps it: blobs, and manifests with the one a tag names at the end.
package struct RegistryImage: Sendable {
    package enum Form: Sendable, CaseIterable {
        /// Docker's second schema.
        case docker
        case oci
        /// Of two platforms, the second built an hour before the first, and with what BuildKit knows of the build.
        case index
    }

    struct Blob: Sendable {
        var digest: String
        var bytes: [UInt8]
    }

    struct Manifest: Sendable {
        var digest: String
        var mediaType: String
        var bytes: [UInt8]
    }

    private(set) var blobs: [Blob] = []
    private(set) var manifests: [Manifest] = []

    /// - Parameter mark: makes the image another one with another digest.
    init(createdAt: Timestamp, form: Form, mark: String) {
        switch form {
        case .docker, .oci: addManifest(createdAt: createdAt, architecture: "amd64", isDocker: form == .docker, mark: mark)
        case .index:
            addManifest(createdAt: createdAt, architecture: "amd64", isDocker: false, mark: mark)
            addManifest(createdAt: Timestamp(milliseconds: createdAt.milliseconds - 3_600_000), architecture: "arm64", isDocker: false, mark: mark)
            addManifest(createdAt: Timestamp(milliseconds: createdAt.milliseconds + 3_600_000), architecture: "unknown", isDocker: false, mark: mark)
            let entries = zip(manifests, ["amd64", "arm64", "unknown"]).map { manifest, architecture -> Value in
                [
                    "mediaType": .string(manifest.mediaType), "digest": .string(manifest.digest), "size": .int(Int64(manifest.bytes.count)),
                    "platform": ["architecture": .string(architecture), "os": architecture == "unknown" ? "unknown" : "linux"],
                ]
            }
            let type = "application/vnd.oci.image.index.v1+json"
            add(["schemaVersion": 2, "mediaType": .string(type), "manifests": .sequence(entries)], type)
        }
    }

    /// The digest a tag of it stands for.
    var digest: String { manifests.last?.digest ?? "" }

    static func digest(_ bytes: [UInt8]) -> String {
        "sha256:" + hexText(SHA256.hash(data: bytes))
    }

    private mutating func addManifest(createdAt: Timestamp, architecture: String, isDocker: Bool, mark: String) {
        let layer = add(blob: Array("layer of \(mark)".utf8))
        let config = add(
            blob: JSON.write([
                "architecture": .string(architecture), "os": "linux", "created": .string(createdAt.description), "author": .string(mark),
                "config": [:], "rootfs": ["type": "layers", "diff_ids": [.string(layer.digest)]],
            ]))
        let prefix = isDocker ? "application/vnd.docker" : "application/vnd.oci"
        let type = isDocker ? "application/vnd.docker.distribution.manifest.v2+json" : "application/vnd.oci.image.manifest.v1+json"
        func descriptor(_ blob: Blob, _ type: String) -> Value {
            ["mediaType": .string(type), "digest": .string(blob.digest), "size": .int(Int64(blob.bytes.count))]
        }
        add(
            [
                "schemaVersion": 2, "mediaType": .string(type),
                "config": descriptor(config, isDocker ? "\(prefix).container.image.v1+json" : "\(prefix).image.config.v1+json"),
                "layers": [descriptor(layer, isDocker ? "\(prefix).image.rootfs.diff.tar.gzip" : "\(prefix).image.layer.v1.tar+gzip")],
            ], type)
    }

    private mutating func add(blob bytes: [UInt8]) -> Blob {
        let blob = Blob(digest: Self.digest(bytes), bytes: bytes)
        blobs.append(blob)
        return blob
    }

    private mutating func add(_ manifest: Value, _ type: String) {
        let bytes = JSON.write(manifest)
        manifests.append(Manifest(digest: Self.digest(bytes), mediaType: type, bytes: bytes))
    }
}
