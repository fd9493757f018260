internal import Document
internal import Template

/// `.Capabilities`: what the cluster can do.
final class CapabilitiesObject: ValueConvertible {
    private let kubeVersion: KubeVersionObject
    private let apiVersions: VersionSetObject
    private let helm = HelmVersionObject()

    init(_ release: ReleaseOptions) {
        kubeVersion = KubeVersionObject(release.kubeVersion)
        apiVersions = VersionSetObject(release.apiVersions)
    }

    let typeName = "*common.Capabilities"
    let kind = "ptr"
    var printed: String { String(goSprintf("%v", [.object(self)]).dropFirst()) }
    var fields: [(name: String, value: Datum)]? {
        [("KubeVersion", .object(kubeVersion)), ("APIVersions", .object(apiVersions)), ("HelmVersion", .object(helm))]
    }

    var value: Value {
        ["KubeVersion": kubeVersion.value, "APIVersions": apiVersions.value, "HelmVersion": helm.value]
    }

    func member(_ name: String) -> DatumMember? {
        switch name {
        case "KubeVersion": .field(.object(kubeVersion))
        case "APIVersions": .field(.object(apiVersions))
        case "HelmVersion": .field(.object(helm))
        default: nil
        }
    }
}

/// `.Capabilities.KubeVersion`.
final class KubeVersionObject: ValueConvertible {
    /// As the cluster gives it: "v1.33.4-gke.1245000".
    let version: String
    /// What constraints are checked against: "v1.33.4".
    let normalized: String
    let major: String
    let minor: String

    init(_ text: String) {
        version = text.hasPrefix("v") ? text : "v" + text
        let core = version.dropFirst().prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let parts = core.split(separator: ".")
        major = parts.first.map(String.init) ?? ""
        minor = parts.dropFirst().first.map(String.init) ?? ""
        normalized = "v" + (parts.prefix(3) + Array(repeating: "0", count: max(0, 3 - parts.count))).joined(separator: ".")
    }

    let typeName = "common.KubeVersion"
    var fields: [(name: String, value: Datum)]? {
        [
            ("Version", .string(version)), ("normalizedVersion", .string(normalized)), ("Major", .string(major)),
            ("Minor", .string(minor)),
        ]
    }
    var printed: String { normalized }
    var value: Value { ["Version": .string(version), "Major": .string(major), "Minor": .string(minor)] }

    func member(_ name: String) -> DatumMember? {
        switch name {
        case "Version": .field(.string(version))
        case "Major": .field(.string(major))
        case "Minor": .field(.string(minor))
        case "GitVersion": .method(Function([]) { [version] _, _ in .string(version) })
        case "String": .method(Function([]) { [normalized] _, _ in .string(normalized) })
        default: nil
        }
    }
}

/// `.Capabilities.APIVersions`: a slice with a method.
final class VersionSetObject: ValueConvertible, DatumSlice {
    private let versions: [String]
    private let index: Set<String>

    init(_ versions: [String]) {
        self.versions = versions
        index = Set(versions)
    }

    let typeName = "common.VersionSet"
    let kind = "slice"
    var isTrue: Bool { !versions.isEmpty }
    var items: [Datum] { versions.map(Datum.string) }
    var printed: String { "[" + versions.joined(separator: " ") + "]" }
    var value: Value { .sequence(versions.map(Value.string)) }

    func member(_ name: String) -> DatumMember? {
        guard name == "Has" else { return nil }
        return .method(Function([.string]) { [index] _, a in .bool(index.contains(a.string(0))) })
    }
}

/// `.Capabilities.HelmVersion`.
final class HelmVersionObject: ValueConvertible {
    let typeName = "version.BuildInfo"
    var printed: String { "{\(helmVersion.version)   \(helmVersion.goVersion) \(helmVersion.kubeClientVersion)}" }

    var value: Value {
        [
            "version": .string(helmVersion.version), "go_version": .string(helmVersion.goVersion),
            "kube_client_version": .string(helmVersion.kubeClientVersion),
        ]
    }

    func member(_ name: String) -> DatumMember? {
        switch name {
        case "Version": .field(.string(helmVersion.version))
        case "GoVersion": .field(.string(helmVersion.goVersion))
        case "KubeClientVersion": .field(.string(helmVersion.kubeClientVersion))
        case "GitCommit", "GitTreeState": .field(.string(""))
        default: nil
        }
    }
}
