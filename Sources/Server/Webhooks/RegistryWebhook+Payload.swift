internal import Document

extension RegistryWebhook {
    /// Names of repositories as the payload has them, or why there are none.
    struct Finding {
        var names: [String] = []
        var reason: String?
    }

    /// Which repositories a payload says were pushed to. Every field may be missing or of any kind.
    static func pushed(_ provider: Provider, _ payload: Value) -> Finding {
        switch provider {
        case .dockerhub: Finding(names: [payload[path: "repository", "repo_name"]?.string].compactMap { $0 })
        case .quay: quay(payload)
        case .ghcr: ghcr(payload)
        case .harbor: harbor(payload)
        case .distribution: distribution(payload)
        }
    }

    /// Builds and scans have a `docker_url` too, but no `updated_tags`.
    private static func quay(_ payload: Value) -> Finding {
        guard let tags = payload["updated_tags"], tags.sequence != nil || tags.mapping != nil else {
            return Finding(reason: "it is about no push")
        }
        return Finding(names: [payload["docker_url"]?.string].compactMap { $0 })
    }

    /// The image is `package_url`; a version without a tag ends with a colon. GitHub's
    /// names keep their case, which images do not have.
    private static func ghcr(_ payload: Value) -> Finding {
        guard let package = payload["package"] ?? payload["registry_package"] else { return Finding(reason: "it is about no package") }
        let type = package["package_type"]?.string ?? ""
        guard type.lowercased() == "container" || type.lowercased() == "docker" else {
            return Finding(reason: "the package's type is \"\(shortened(type))\"")
        }
        let action = payload["action"]?.string ?? "published"
        guard ["published", "updated"].contains(action) else { return Finding(reason: "the action is \"\(shortened(action))\"") }
        if let url = package[path: "package_version", "package_url"]?.string, !url.isEmpty { return Finding(names: [bare(url).lowercased()]) }
        if let namespace = package["namespace"]?.string, let name = package["name"]?.string {
            return Finding(names: ["ghcr.io/\(namespace)/\(name)".lowercased()])
        }
        return Finding()
    }

    /// Harbor's own form, and its CloudEvents (from 2.8 on).
    private static func harbor(_ payload: Value) -> Finding {
        let type = payload["type"]?.string ?? ""
        let data: Value?
        switch type {
        case "PUSH_ARTIFACT", "pushImage": data = payload["event_data"]
        case "harbor.artifact.pushed": data = payload["data"]
        default: return Finding(reason: "the type is \"\(shortened(type))\"")
        }
        let resources = data?["resources"]?.sequence ?? []
        return Finding(names: resources.prefix(most).compactMap { $0["resource_url"]?.string }.map(bare))
    }

    /// Layers are pushed too; only a manifest is news. The host is that of the push's own request.
    private static func distribution(_ payload: Value) -> Finding {
        var finding = Finding(reason: "there is no push of a manifest")
        for event in (payload["events"]?.sequence ?? []).prefix(most * 10) where event["action"]?.string == "push" {
            guard let target = event["target"], let name = target["repository"]?.string else { continue }
            let type = target["mediaType"]?.string ?? ""
            guard target["tag"]?.string != nil || type.contains("manifest") || type.contains("image.index") else { continue }
            guard let host = event[path: "request", "host"]?.string ?? host(target["url"]?.string), !host.isEmpty else { continue }
            let full = "\(host)/\(name)"
            // One push of an image is many events.
            if !finding.names.contains(full), finding.names.count < most { finding.names.append(full) }
        }
        return finding
    }

    /// Without tag and digest.
    private static func bare(_ image: String) -> String {
        var name = Substring(image)
        if let at = name.firstIndex(of: "@") { name = name[..<at] }
        if let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") { name = name[..<colon] }
        return String(name)
    }

    private static func host(_ url: String?) -> String? {
        guard let url, let start = url.firstRange(of: "://")?.upperBound else { return nil }
        return String(url[start...].prefix { $0 != "/" })
    }
}
