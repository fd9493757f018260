/// What a chart renders to.
package struct RenderResult: Sendable {
    /// In Helm's install order.
    package var manifests: [RenderedDocument]
    /// In Helm's install order; by weight only when they run.
    package var hooks: [Hook]
    /// NOTES.txt of the chart itself.
    package var notes: String
    /// The files of crds/, as they stand, the chart's own before its dependencies'.
    package var crds: [RenderedDocument]
    /// The chart's files that the result depends on.
    package var reads: ReadSet
}

/// One YAML document of the output.
package struct RenderedDocument: Sendable, Hashable {
    /// The template it came from: "chart/templates/service.yaml".
    package var source: String
    /// As Helm prints it.
    package var text: String
    /// `kind`, "" where there is none.
    package var kind: String
}

/// The path of a file inside its chart ("templates/service.yaml"), which charts speak of with their own name in front
/// ("chart/templates/service.yaml").
package func pathInChart(_ source: String) -> String { source.split(separator: "/", maxSplits: 1).last.map(String.init) ?? source }

/// A document that runs at a point of a release's life instead of belonging to it.
package struct Hook: Sendable, Hashable {
    package var name: String
    package var kind: String
    package var events: [HookEvent]
    package var weight: Int
    package var deletePolicies: [HookDeletePolicy]
    package var document: RenderedDocument
}

/// When a hook runs.
package enum HookEvent: String, Sendable, Hashable, CaseIterable {
    case preInstall = "pre-install"
    case postInstall = "post-install"
    case preDelete = "pre-delete"
    case postDelete = "post-delete"
    case preUpgrade = "pre-upgrade"
    case postUpgrade = "post-upgrade"
    case preRollback = "pre-rollback"
    case postRollback = "post-rollback"
    case test

    /// An annotation's word; Helm 2's "test-success" is a test.
    init?(annotation: String) {
        self.init(rawValue: annotation == "test-success" ? "test" : annotation)
    }
}

/// When a hook's object is deleted.
package enum HookDeletePolicy: String, Sendable, Hashable {
    case hookSucceeded = "hook-succeeded"
    case hookFailed = "hook-failed"
    case beforeHookCreation = "before-hook-creation"
}

/// What `helm template` prints, byte for byte.
package func helmTemplateOutput(_ result: RenderResult, includeCRDs: Bool) -> String {
    var text = ""
    if includeCRDs {
        for crd in result.crds { text += "---\n# Source: \(crd.source)\n\(crd.text)\n" }
    }
    for document in result.manifests { text += "---\n# Source: \(document.source)\n\(document.text)\n" }
    text = trimmedSpace(text) + "\n"
    for hook in result.hooks { text += "---\n# Source: \(hook.document.source)\n\(hook.document.text)\n" }
    return text
}
