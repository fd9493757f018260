import Delivery
import Kubernetes
import Testing

/// Documents of the kind `Notification` in `martlet.yaml`.
@Suite struct NotificationDocumentTests {
    private func read(_ spec: String, name: String = "team-slack", path: String = "apps/martlet.yaml") throws -> [NotificationDocument] {
        let text = "apiVersion: martlet.dev/v1alpha1\nkind: Notification\nmetadata: {name: \(name)}\nspec:\n  \(spec.replacing("\n", with: "\n  "))\n"
        return try ApplicationFile.read(Array(text.utf8), path: path).notifications
    }

    static let forms: [(String, NotificationDocument.Sink, String?, String?)] = [
        ("slack: {channel: C0123456}\nsecret: s", .slack(channel: "C0123456"), "s", nil),
        ("grafana: {dashboardUID: abc, panelId: 3}\nsecret: martlet-grafana", .grafana(dashboardUID: "abc", panelID: 3), "martlet-grafana", nil),
        ("grafana: {}\nurl: http://grafana.monitoring:3000", .grafana(dashboardUID: nil, panelID: nil), nil, "http://grafana.monitoring:3000"),
        ("grafana:\nsecret: s", .grafana(dashboardUID: nil, panelID: nil), "s", nil), ("webhook: {}\nurl: https://a.example/b?c=d", .webhook, nil, "https://a.example/b?c=d"),
        ("github: {repository: acme/shop.api}\nsecret: s", .github(repository: "acme/shop.api"), "s", nil),
        ("gitlab: {project: a/b/c}\nsecret: s", .gitlab(project: "a/b/c"), "s", nil), ("gitlab: {project: 4711}\nsecret: s", .gitlab(project: "4711"), "s", nil),
    ]

    @Test(arguments: forms) func allForms(_ spec: String, _ sink: NotificationDocument.Sink, _ secret: String?, _ url: String?) throws {
        let document = try #require(try read(spec).first)
        #expect(document.sink == sink)
        #expect(document.secret == secret)
        #expect(document.url == url)
        #expect(document.origin.description == "apps/martlet.yaml:1")
    }

    @Test func filters() throws {
        let text = "slack: {channel: '#ops'}\nsecret: s\napplications: [front-*]\nnamespaces: [shop]\nworkloads: [deployment/front-end]\noutcomes: [failed, rolled-back]\ncauses: [commit]"
        let filter = try #require(try read(text).first).filter
        #expect(
            filter
                == .init(
                    applications: ["front-*"], namespaces: ["shop"], workloads: ["deployment/front-end"], outcomes: ["failed", "rolled-back"], causes: ["commit"]))
    }

    static let mistakes: [(String, Int, String)] = [
        ("slack: {channel: C1}\nsecret: s\noutcome: [failed]", 7, "unknown field \"spec.outcome\", did you mean \"outcomes\"?"),
        ("slak: {channel: C1}\nsecret: s", 5, "unknown field \"spec.slak\", did you mean \"slack\"?"),
        ("slack: {chanel: C1}\nsecret: s", 5, "unknown field \"spec.slack.chanel\", did you mean \"channel\"?"),
        ("slack: {channel: C1}\nsecret: s\noutcomes: [faild]", 7, "\"outcomes\" has \"faild\", did you mean \"failed\"?"),
        ("slack: {channel: C1}\nsecret: s\ncauses: [weather]", 7, "expected one of commit, automation, command, drift"),
        ("slack: {channel: C1}\nsecret: s\nworkloads: [front-end]", 7, "write it as \"deployment/front-end\""),
        ("slack: {channel: C1}\nsecret: s\nworkloads: front-end", 7, "is a string, expected a sequence"),
        ("slack: {channel: C1}", 4, "\"slack\" needs a \"secret\" with a token"), ("webhook: {}", 4, "needs a \"secret\" with an address, or a \"url\""),
        ("secret: s", 4, "names no sink: one of grafana, slack, webhook, github, gitlab"),
        ("slack: {channel: C1}\nwebhook: {}\nsecret: s", 6, "names both \"slack\" and \"webhook\""),
        ("webhook: {}\nsecret: s\nurl: https://a.example", 7, "\"url\" goes without \"secret\""),
        ("slack: {channel: C1}\nurl: https://a.example", 6, "needs a \"secret\" with a token"), ("webhook: {}\nurl: ftp://a.example", 6, "must begin with https://"),
        ("webhook: {}\nurl: https://me:secret@a.example", 6, "has credentials in it"), ("webhook: {}\nurl: 'https://a b'", 6, "is no address"),
        ("webhook: {}\nurl: https:///x", 6, "names no host"), ("webhook: {}\nsecret: Not_A_Name", 6, "no name of a Secret"), ("webhook: {}\nsecret: ../x", 6, "no name of a Secret"),
        ("github: {repository: shop}\nsecret: s", 5, "write it as \"owner/name\""), ("github: {repository: ../x}\nsecret: s", 5, "is no repository"),
        ("github: {repository: 'a/b?c'}\nsecret: s", 5, "is no repository"), ("gitlab: {project: 'a/../b'}\nsecret: s", 5, "is no project"), ("gitlab: {}\nsecret: s", 5, "is no project"),
        ("slack: {channel: '<!channel>'}\nsecret: s", 5, "is no channel"), ("slack: {}\nsecret: s", 5, "\"spec.slack.channel\" is missing"),
        ("grafana: {panelId: 3}\nsecret: s", 5, "needs the \"dashboardUID\""), ("grafana: {dashboardUID: a, panelId: 1.5}\nsecret: s", 5, "no panel's number"),
        ("grafana: {dashboardUID: 'a b'}\nsecret: s", 5, "no dashboard's uid"), ("webhook: {x: 1}\nurl: https://a.example", 5, "unknown field \"spec.webhook.x\""),
        ("webhook: yes\nurl: https://a.example", 5, "expected a mapping"), ("slack: {channel: C1}\nsecret: s\napplications: ['']", 7, "a pattern that is empty"),
    ]

    @Test(arguments: mistakes) func mistakesHaveTheirPlace(_ spec: String, _ line: Int, _ says: String) throws {
        let error = try #require(throws: RenderError.self) { try read(spec) }
        #expect(error.description.contains(says), "\(error)")
        #expect(error.origin?.line == line, "\(error)")
        #expect(!error.description.contains("me:secret"))
    }

    @Test func namesAreUniqueInTheSource() async throws {
        let one = "apiVersion: martlet.dev/v1alpha1\nkind: Notification\nmetadata: {name: a}\nspec: {webhook: {}, url: 'https://a.example'}\n"
        let error = try #require(throws: RenderError.self) { try ApplicationFile.read(Array((one + "---\n" + one).utf8), path: "martlet.yaml") }
        #expect(error.description.contains("notification \"a\" is declared twice, the other time in martlet.yaml:1"), "\(error)")
        let tree = TextTree(texts: ["martlet.yaml": one, "web/martlet.yaml": one])
        await #expect(throws: RenderError.self) { try await scan(tree, root: "", name: "shop") }
        let name = try #require(throws: RenderError.self) { try read("webhook: {}\nurl: https://a.example", name: "A_b") }
        #expect(name.description.contains("no name for a notification"))
    }

    @Test func theyHoldForTheirFolder() async throws {
        func text(_ name: String) -> String {
            "apiVersion: martlet.dev/v1alpha1\nkind: Notification\nmetadata: {name: \(name)}\nspec: {webhook: {}, url: 'https://a.example'}\n"
        }
        let application = "---\napiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: web}\nspec: {path: front}\n"
        let tree = TextTree(texts: [
            "martlet.yaml": text("all"), "teams/web/martlet.yaml": text("web-team") + application, "teams/web/front/a.yaml": configuration("a"),
            "teams/db/martlet.yaml": text("db-team"), "teams/db/b.yaml": configuration("b"), "teams/martlet.yaml": text("teams"),
        ])
        let layout = try await scan(tree, root: "", name: "rest")
        let scopes = Dictionary(layout.notifications.map { ($0.name, $0.scope) }) { first, _ in first }
        #expect(scopes == ["all": nil, "web-team": ["web"], "db-team": [], "teams": ["web"]])
        // Where only a folder is used, that is the root.
        let inner = try await scan(tree, root: "teams/web", name: "rest")
        #expect(inner.notifications.map(\.name) == ["web-team"])
        #expect(inner.notifications.first?.scope == nil)
    }
}
