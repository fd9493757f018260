internal import Basics
internal import Document
internal import Kubernetes
internal import Rollout

/// `martlet.yaml`: reads the applications, metrics and notifications it declares,
/// strictly, because a misspelt `prune` that is silently ignored deletes things.
package enum ApplicationFile {
    package static let name = "martlet.yaml"
    static let apiVersion = "martlet.dev/v1alpha1"

    /// What one file declares.
    package struct Declarations: Sendable {
        package var applications: [ApplicationSpec] = []
        package var metrics: [MetricDocument] = []
        package var notifications: [NotificationDocument] = []
    }

    /// - Parameter path: of the file, from the root of the repository.
    /// - Throws: `RenderError` with file and line of the first mistake.
    package static func read(_ bytes: [UInt8], path: String) throws(RenderError) -> Declarations {
        let documents: [YAMLDocument]
        do {
            documents = try YAML.documents(bytes, file: path, options: .manifest)
        } catch {
            throw RenderError(.document(error), origin: Origin(file: path, line: error.position?.line))
        }
        var declarations = Declarations()
        for document in documents where !document.value.isNull {
            let reader = FieldReader(document: document, bytes: bytes, file: path)
            switch try kind(reader) {
            case .application: declarations.applications.append(try application(reader))
            case .metric:
                let metric = try metric(reader)
                if let other = declarations.metrics.first(where: { $0.definition.name == metric.definition.name }) {
                    throw RenderError(
                        .invalid("metric \"\(metric.definition.name)\" is declared twice, the other time in \(other.origin): rename one"), origin: metric.origin)
                }
                declarations.metrics.append(metric)
            case .notification:
                let notification = try notification(reader)
                if let other = declarations.notifications.first(where: { $0.name == notification.name }) { throw notification.isDeclared(alsoIn: other) }
                declarations.notifications.append(notification)
            }
        }
        return declarations
    }

    /// The applications alone.
    package static func parse(_ bytes: [UInt8], path: String) throws(RenderError) -> [ApplicationSpec] {
        try read(bytes, path: path).applications
    }

    private enum Kind: String, CaseIterable {
        case application = "Application"
        case metric = "Metric"
        case notification = "Notification"
    }

    private static func kind(_ root: FieldReader) throws(RenderError) -> Kind {
        guard case .mapping = root.value else {
            throw RenderError(.invalid("the document is \(root.value.kindName), expected a mapping"), origin: root.origin)
        }
        try root.allow(["apiVersion", "kind", "metadata", "spec"])
        let version = try root.string("apiVersion", required: true) ?? ""
        guard version == apiVersion else {
            throw root.error("apiVersion", "apiVersion is \"\(version)\", expected \"\(apiVersion)\"")
        }
        let text = try root.string("kind", required: true) ?? ""
        guard let kind = Kind(rawValue: text) else {
            let words = Kind.allCases.map(\.rawValue)
            let hint = nearest(to: text, among: words).map { "did you mean \"\($0)\"?" } ?? "expected one of \(words.joined(separator: ", "))"
            throw root.error("kind", "kind is \"\(text)\", \(hint)")
        }
        return kind
    }

    private static func application(_ root: FieldReader) throws(RenderError) -> ApplicationSpec {
        let metadata = try root.mapping("metadata", required: true)
        try metadata.allow(["name", "labels", "annotations"])
        let name = try metadata.string("name", required: true) ?? ""
        guard isLabelName(name) else {
            throw metadata.error(
                "name", "\"\(name)\" is no name for an application: lower case letters, digits and \"-\", at most 50")
        }
        let fields = try root.mapping("spec", required: false)
        try fields.allow([
            "path", "namespace", "helm", "dependsOn", "prune", "deletionBudget", "drift", "suspend", "healthTimeout",
        ])
        let here = folder(of: root.file)
        let relative = try fields.string("path") ?? "."
        guard let path = joined(here, relative) else {
            throw fields.error("path", "path \"\(relative)\" leads out of the repository")
        }
        var spec = ApplicationSpec(name: name, path: path, origin: root.origin)
        spec.annotations = try annotations(metadata)
        spec.namespace = try fields.string("namespace")
        if let namespace = spec.namespace, !isLabelName(namespace, limit: 63) {
            throw fields.error(
                "namespace", "\"\(namespace)\" is no name for a namespace: lower case letters, digits and \"-\", at most 63")
        }
        spec.dependsOn = try fields.strings("dependsOn")
        spec.prunes = try fields.bool("prune") ?? true
        spec.isSuspended = try fields.bool("suspend") ?? false
        if let text = try fields.scalarText("deletionBudget") {
            guard let budget = DeletionBudget(text) else {
                throw fields.error("deletionBudget", "deletionBudget is \"\(text)\", expected a share such as \"20%\" or a number")
            }
            spec.deletionBudget = budget
        }
        if let text = try fields.string("drift") {
            guard let drift = ApplicationSpec.Drift(rawValue: text) else {
                let words = ApplicationSpec.Drift.allCases.map(\.rawValue)
                throw fields.error("drift", "drift is \"\(text)\", expected \(words.joined(separator: ", "))")
            }
            spec.drift = drift
        }
        if let text = try fields.string("healthTimeout") {
            guard let duration = parseDuration(text), duration > .zero else {
                throw fields.error("healthTimeout", "healthTimeout is \"\(text)\", expected a duration such as \"5m\"")
            }
            spec.healthTimeout = duration
        }
        let helm = try fields.mapping("helm", required: false)
        try helm.allow(["releaseName", "valuesFiles", "values", "set", "skipCRDs", "skipSchemaValidation"])
        spec.helm.releaseName = try helm.string("releaseName")
        spec.helm.valuesFiles = try helm.strings("valuesFiles")
        let values = try helm.mapping("values", required: false)
        spec.helm.values = values.value.isNull ? .mapping([:]) : values.value
        spec.helm.set = try helm.strings("set")
        spec.helm.skipsCRDs = try helm.bool("skipCRDs") ?? false
        spec.helm.skipsSchemaValidation = try helm.bool("skipSchemaValidation") ?? false
        return spec
    }
}

extension ApplicationFile {
    /// As strictly as an object's: a misspelt wish under `martlet.dev/` is an error.
    private static func annotations(_ metadata: FieldReader) throws(RenderError) -> Mapping {
        let written = try metadata.mapping("annotations", required: false)
        guard let mapping = written.value.mapping, !mapping.isEmpty else { return [:] }
        let value = Value.mapping(["apiVersion": .string(apiVersion), "kind": "Application", "metadata": ["annotations": .mapping(mapping)]])
        guard let object = Object(value) else { return [:] }
        do {
            _ = try policy(of: object)
        } catch {
            throw written.error(error.annotation, error.description)
        }
        return mapping
    }
}

/// RFC 1123 label; an application's has at most 50 letters, because it stands in a label's value and in the name of a Secret.
package func isLabelName(_ name: String, limit: Int = 50) -> Bool {
    let letters = name.utf8
    func isAlphanumeric(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }
    guard (1...limit).contains(letters.count), let first = letters.first, let last = letters.last else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last) && letters.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
}

/// A folder's or a repository's name made fit for an application.
package func labelName(for text: String, otherwise: String) -> String {
    let letters = text.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    var name = String(letters.drop { $0 == "-" }.prefix(50))
    while name.hasSuffix("-") { name.removeLast() }
    return isLabelName(name) ? name : otherwise
}
