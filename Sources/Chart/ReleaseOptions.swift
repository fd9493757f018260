/// What a render is for: the `.Release` and `.Capabilities` of its templates.
package struct ReleaseOptions: Sendable, Hashable {
    package var name: String
    package var namespace: String
    package var revision: Int
    package var isUpgrade: Bool
    /// The cluster's version, "v1.32.0".
    package var kubeVersion: String
    /// Group versions and kinds the cluster serves: "v1", "apps/v1", "apps/v1/Deployment".
    package var apiVersions: [String]
    /// Renders values that values.schema.json refuses, as `helm --skip-schema-validation`.
    package var skipsSchemaValidation: Bool

    package init(
        name: String, namespace: String, revision: Int = 1, isUpgrade: Bool = false,
        kubeVersion: String = defaultKubeVersion, apiVersions: [String] = defaultAPIVersions, skipsSchemaValidation: Bool = false
    ) {
        self.name = name
        self.namespace = namespace
        self.revision = revision
        self.isUpgrade = isUpgrade
        self.kubeVersion = kubeVersion
        self.apiVersions = apiVersions
        self.skipsSchemaValidation = skipsSchemaValidation
    }
}

extension ReleaseOptions {
    /// A version of Kubernetes as people write it ("1.29", "v1.33.4-gke.12") in the form `.Capabilities` shows; nil for none.
    package static func kubeVersion(parsing text: String) -> String? {
        guard let version = SemanticVersion(text) else { return nil }
        let core = "v\(version.major).\(version.minor).\(version.patch)"
        return core + (version.prerelease.isEmpty ? "" : "-" + version.prerelease) + (version.metadata.isEmpty ? "" : "+" + version.metadata)
    }
}
