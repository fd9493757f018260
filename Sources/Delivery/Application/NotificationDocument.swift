internal import Basics
internal import Document
package import Kubernetes

/// A document of the kind `Notification` in a `martlet.yaml`: who is told of deploys, and of which.
///
///     apiVersion: martlet.dev/v1alpha1
///     kind: Notification
///     metadata: {name: team-slack}
///     spec:
///       slack: {channel: C0123456}
///       secret: martlet-slack
///       outcomes: [failed, rolled-back]
///
/// At the root of the source it holds for every application, in a folder for those of the folder and below.
/// Credentials stand in a Secret of Martlet's own namespace and go to the address that stands beside them there:
/// who may write to git cannot send them elsewhere.
package struct NotificationDocument: Sendable, Hashable {
    package enum Sink: Sendable, Hashable {
        /// Where the annotation belongs to one dashboard, or to one panel of it, they are named.
        case grafana(dashboardUID: String?, panelID: Int64?)
        case slack(channel: String)
        case webhook
        /// `owner/name`
        case github(repository: String)
        /// `group/subgroup/name`
        case gitlab(project: String)

        /// The word it stands under in the document.
        package var kind: String {
            switch self {
            case .grafana: "grafana"
            case .slack: "slack"
            case .webhook: "webhook"
            case .github: "github"
            case .gitlab: "gitlab"
            }
        }
    }

    /// Which events; an empty list leaves nothing out.
    package struct Filter: Sendable, Hashable {
        /// Patterns with `*`, `?` and `[…]`.
        package var applications: [String]
        package var namespaces: [String]
        /// `deployment/front-end`, each half a pattern.
        package var workloads: [String]
        /// Of events that ended; `running` for their start.
        package var outcomes: [String]
        package var causes: [String]

        package init(
            applications: [String] = [], namespaces: [String] = [], workloads: [String] = [], outcomes: [String] = [], causes: [String] = []
        ) {
            (self.applications, self.namespaces, self.workloads) = (applications, namespaces, workloads)
            (self.outcomes, self.causes) = (outcomes, causes)
        }
    }

    package var name: String
    package var sink: Sink
    /// The name of the Secret.
    package var secret: String?
    /// The address, where no credentials are needed.
    package var url: String?
    package var filter: Filter
    package var origin: Origin
    /// The applications that the document's folder holds; nil for all of the source.
    package var scope: [String]?

    package init(
        name: String, sink: Sink, secret: String? = nil, url: String? = nil, filter: Filter = Filter(), origin: Origin, scope: [String]? = nil
    ) {
        (self.name, self.sink, self.secret, self.url) = (name, sink, secret, url)
        (self.filter, self.origin, self.scope) = (filter, origin, scope)
    }

    /// With its scope: the applications that its folder, or one below, declares or holds.
    func holding(for specs: [ApplicationSpec], root: String) -> NotificationDocument {
        let home = folder(of: origin.file)
        guard home != root else { return self }
        var document = self
        document.scope = specs.filter { isInside($0.path, home) || isInside($0.origin.file, home) }.map(\.name).sorted()
        return document
    }

    /// A name stands for one queue, so it is one in the whole source.
    func isDeclared(alsoIn other: NotificationDocument) -> RenderError {
        RenderError(.invalid("notification \"\(name)\" is declared twice, the other time in \(other.origin): rename one"), origin: origin)
    }
}

extension ApplicationFile {
    private static let outcomes = ["running", "succeeded", "failed", "rolled-back", "superseded"]
    private static let causes = ["commit", "automation", "command", "drift"]
    private static let sinks = ["grafana", "slack", "webhook", "github", "gitlab"]

    static func notification(_ root: FieldReader) throws(RenderError) -> NotificationDocument {
        let metadata = try root.mapping("metadata", required: true)
        try metadata.allow(["name"])
        let name = try metadata.string("name", required: true) ?? ""
        guard isLabelName(name) else {
            throw metadata.error("name", "\"\(name)\" is no name for a notification: lower case letters, digits and \"-\", at most 50")
        }
        let fields = try root.mapping("spec", required: true)
        try fields.allow(sinks + ["secret", "url", "applications", "namespaces", "workloads", "outcomes", "causes"])
        let sink = try sink(fields)
        let secret = try fields.string("secret"), url = try fields.string("url")
        if let secret, !isObjectName(secret) { throw fields.error("secret", "\"\(secret)\" is no name of a Secret") }
        if let url {
            guard secret == nil else {
                throw fields.error("url", "\"url\" goes without \"secret\": the address that credentials are sent to stands in the Secret, under the key \"url\"")
            }
            guard let problem = problem(of: url) else { return try document(name, sink, secret, url, fields, root) }
            throw fields.error("url", "\"url\" \(problem)")
        }
        switch sink {
        case .slack, .github, .gitlab:
            guard secret != nil else { throw fields.error("spec", "\"\(sink.kind)\" needs a \"secret\" with a token") }
        case .grafana, .webhook:
            guard secret != nil else { throw fields.error("spec", "\"\(sink.kind)\" needs a \"secret\" with an address, or a \"url\"") }
        }
        return try document(name, sink, secret, url, fields, root)
    }

    private static func document(
        _ name: String, _ sink: NotificationDocument.Sink, _ secret: String?, _ url: String?, _ fields: FieldReader, _ root: FieldReader
    ) throws(RenderError) -> NotificationDocument {
        switch (sink, url) {
        case (.slack, _?), (.github, _?), (.gitlab, _?): throw fields.error("url", "\"\(sink.kind)\" needs a \"secret\" with a token, and its address there")
        default: break
        }
        var filter = NotificationDocument.Filter()
        filter.applications = try patterns("applications", fields)
        filter.namespaces = try patterns("namespaces", fields)
        filter.workloads = try patterns("workloads", fields)
        for workload in filter.workloads where workload.split(separator: "/", omittingEmptySubsequences: false).count != 2 {
            throw fields.error("workloads", "\"\(workload)\" names no workload: write it as \"deployment/front-end\"")
        }
        filter.outcomes = try words("outcomes", outcomes, fields)
        filter.causes = try words("causes", causes, fields)
        return NotificationDocument(name: name, sink: sink, secret: secret, url: url, filter: filter, origin: root.origin)
    }

    private static func sink(_ fields: FieldReader) throws(RenderError) -> NotificationDocument.Sink {
        let named = sinks.filter { fields.value.mapping?.contains($0) == true }
        guard let kind = named.first else { throw fields.error("spec", "\"spec\" names no sink: one of \(sinks.joined(separator: ", "))") }
        if let other = named.dropFirst().first { throw fields.error(other, "\"spec\" names both \"\(kind)\" and \"\(other)\": write two documents") }
        let own = try fields.mapping(kind, required: false)
        switch kind {
        case "grafana":
            try own.allow(["dashboardUID", "panelId"])
            let dashboard = try own.string("dashboardUID"), panel = try own.number("panelId")
            var panelID: Int64?
            if let panel {
                guard let number = Int64(exactly: panel), number > 0 else { throw own.error("panelId", "\"panelId\" is no panel's number") }
                guard dashboard != nil else { throw own.error("panelId", "\"panelId\" needs the \"dashboardUID\" that it belongs to") }
                panelID = number
            }
            if let dashboard, !isPlain(dashboard, "-_", limit: 40) { throw own.error("dashboardUID", "\"\(dashboard)\" is no dashboard's uid") }
            return .grafana(dashboardUID: dashboard, panelID: panelID)
        case "slack":
            try own.allow(["channel"])
            let channel = try own.string("channel", required: true) ?? ""
            guard isPlain(channel, "-_#", limit: 80) else { throw own.error("channel", "\"\(channel)\" is no channel: write its id, such as \"C0123456789\"") }
            return .slack(channel: channel)
        case "github":
            try own.allow(["repository"])
            let repository = try own.string("repository", required: true) ?? ""
            guard isRepository(repository), repository.split(separator: "/").count == 2 else {
                throw own.error("repository", "\"\(repository)\" is no repository: write it as \"owner/name\"")
            }
            return .github(repository: repository)
        case "gitlab":
            try own.allow(["project"])
            let project = try own.scalarText("project") ?? ""
            guard isRepository(project) else { throw own.error("project", "\"\(project)\" is no project: write it as \"group/name\"") }
            return .gitlab(project: project)
        default:
            try own.allow([])
            return .webhook
        }
    }

    private static func patterns(_ key: String, _ fields: FieldReader) throws(RenderError) -> [String] {
        let all = try fields.strings(key)
        for pattern in all where pattern.isEmpty || pattern.utf8.count > 300 {
            throw fields.error(key, "\"\(key)\" has a pattern that is \(pattern.isEmpty ? "empty" : "over 300 bytes long")")
        }
        return all
    }

    private static func words(_ key: String, _ known: [String], _ fields: FieldReader) throws(RenderError) -> [String] {
        let all = try fields.strings(key)
        for word in all where !known.contains(word) {
            let hint = nearest(to: word, among: known).map { "did you mean \"\($0)\"?" } ?? "expected one of \(known.joined(separator: ", "))"
            throw fields.error(key, "\"\(key)\" has \"\(word)\", \(hint)")
        }
        return all
    }

    /// Nil for an address that may be asked.
    private static func problem(of url: String) -> String? {
        guard url.utf8.count <= 2000, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return "is no address" }
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else { return "must begin with https:// or http://" }
        let authority = url.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.isEmpty else { return "names no host" }
        return authority.contains("@") ? "has credentials in it: put the address into a Secret, under the key \"url\", and name it under \"secret\"" : nil
    }

    private static func isPlain(_ text: String, _ others: String, limit: Int) -> Bool {
        (1...limit).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil || others.unicodeScalars.contains($0)) }
    }

    private static func isRepository(_ text: String) -> Bool {
        let names = text.split(separator: "/", omittingEmptySubsequences: false)
        return names.count <= 20 && names.allSatisfy { isPlain(String($0), "-_.", limit: 255) && $0 != "." && $0 != ".." }
    }

    private static func isObjectName(_ name: String) -> Bool {
        name.utf8.count <= 253 && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabelName(String($0), limit: 253) }
    }
}
