import Automation
import Basics
import Delivery
import Git
import Kubernetes
import Registry
import Testing

/// The way back: one commit that makes a workload what it was, and a lock.
@Suite struct RollbackTests {
    private static let key = InterleavingTests.key
    private static let old = InterleavingTests.front
    private static let new = old.replacing("front-end:0.3.12", with: "front-end:0.3.13")
    private static let ann = Requester(name: "Ann", email: "ann@example.com")

    private static func request(_ to: String? = nil, reason: String = "", force: Bool = false) -> Work {
        .request(
            ChangeRequest(workload: key, action: .rollback(to: to, reason: reason), force: force, requester: ann), application: "shop", tags: [:])
    }

    private static func perform(_ server: ModelServer, _ work: Work) async throws -> ChangeReport {
        try await InterleavingTests.writer(server, seed: 1).perform(work)
    }

    @Test func theImageBeforeAndALock() async throws {
        let server = ModelServer(["deploy/front.yaml": Self.old, "README.md": "shop\n"])
        server.push(by: "Bob", "0.3.13") { $0["deploy/front.yaml"] = Self.new }
        server.push(by: "Bob", "words") { $0["README.md"] = "more\n" }
        let report = try await Self.perform(server, Self.request(reason: "errors\nand more"))
        let text = server.file("deploy/front.yaml")
        #expect(report.files == ["deploy/front.yaml"])
        #expect(report.bumps.map(\.to.description) == ["example.com/shop/front-end:0.3.12"])
        #expect(report.problems.isEmpty)
        #expect(text.contains("front-end:0.3.12"))
        #expect(text.contains("martlet.dev/locked: \"true\""))
        #expect(text.contains("martlet.dev/locked-by: \"Ann\"") || text.contains("martlet.dev/locked-by: Ann"))
        #expect(text.contains("rolled back to 0000000: errors"))
        #expect(text.contains("# "))
        let commit = try #require(server.history.last)
        #expect(commit.author == "Ann")
        #expect(commit.message.hasPrefix("Roll back "))
        #expect(commit.message.contains("0.3.13 → 0.3.12"))
        #expect(commit.message.contains("Reason: rolled back to 0000000: errors"))
        #expect(commit.message.contains("Martlet-Workload: \(Self.key)"))
        #expect(server.notes[server.tip]?.contains("\"kind\":\"rollback\"") == true)
        #expect(server.file("README.md") == "more\n")
    }

    @Test func aNamedRevision() async throws {
        let server = ModelServer(["deploy/front.yaml": Self.old])
        let first = server.tip
        server.push(by: "Bob", "0.3.13") { $0["deploy/front.yaml"] = Self.new }
        server.push(by: "Bob", "0.3.14") { $0["deploy/front.yaml"] = Self.new.replacing("0.3.13", with: "0.3.14") }
        _ = try await Self.perform(server, Self.request("\(first)"))
        #expect(server.file("deploy/front.yaml").contains("front-end:0.3.12"))
        // A second time there is nothing to do.
        let again = try await Self.perform(server, Self.request("\(first)"))
        #expect(again.commit == nil)
    }

    @Test func aWholeDocumentComesBackWithItsBytes() async throws {
        let other = "---\n# another\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n"
        let server = ModelServer(["deploy/front.yaml": Self.old + other])
        server.push(by: "Bob", "more") { files in
            files["deploy/front.yaml"] = Self.new.replacing("spec:\n  replicas: 1", with: "spec:\n  replicas: 9").replacing(
                "    spec:\n", with: "    spec:\n      terminationGracePeriodSeconds: 5\n") + other.replacing("a: b", with: "a: c")
        }
        let report = try await Self.perform(server, Self.request())
        let text = server.file("deploy/front.yaml")
        #expect(report.problems.isEmpty)
        #expect(!text.contains("terminationGracePeriodSeconds"))
        #expect(text.contains("front-end:0.3.12"))
        #expect(text.contains("# another\n"))
        // What is not the workload's stays as it is.
        #expect(text.contains("a: c"))
        #expect(text.contains("martlet.dev/locked"))
    }

    @Test func aLockHoldsItBackUnlessForced() async throws {
        let server = ModelServer(["deploy/front.yaml": Self.old])
        server.push(by: "Bob", "0.3.13") { $0["deploy/front.yaml"] = Self.new }
        _ = try await Self.perform(
            server, .request(ChangeRequest(workload: Self.key, action: .lock(reason: "Friday"), requester: Self.ann), application: "shop", tags: [:]))
        await #expect { try await Self.perform(server, Self.request()) } throws: { error in
            guard let error = error as? AutomationError else { return false }
            return error.kind == .locked && error.message.contains("Friday")
        }
        let report = try await Self.perform(server, Self.request(force: true))
        #expect(report.commit != nil)
        #expect(server.file("deploy/front.yaml").contains("front-end:0.3.12"))
    }

    @Test func whatCannotBeIsRefused() async throws {
        let server = ModelServer(["deploy/front.yaml": Self.old])
        for (to, word) in [(nil, "no other version"), ("feedbeef", "no commit")] as [(String?, String)] {
            await #expect { try await Self.perform(server, Self.request(to)) } throws: { "\($0)".contains(word) }
        }
        #expect(server.pushes == 0)
    }

    @Test func aRaceIsMadeAnew() async throws {
        let server = ModelServer(["deploy/front.yaml": Self.old])
        server.push(by: "Bob", "0.3.13") { $0["deploy/front.yaml"] = Self.new }
        let left = Locked(2)
        server.meanwhile { step in
            guard step == .push, left.withLock({ left in left -= 1; return left >= 0 }) else { return }
            server.push(by: "Cid", "meanwhile") { $0["README.md", default: ""] += "more\n" }
        }
        _ = try await Self.perform(server, Self.request())
        #expect(server.file("README.md") == "more\nmore\n")
        #expect(server.file("deploy/front.yaml").contains("front-end:0.3.12"))
    }

    // MARK: charts

    private static let chart = [
        "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        "charts/web/values.yaml": "# the image\nimage: shop/web:1\nreplicas: 2 # two\nshared: red\n",
        "charts/web/templates/web.yaml": """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: front-end, labels: {color: "{{ .Values.shared }}"}}
        spec:
          replicas: {{ .Values.replicas }}
          selector: {matchLabels: {app: web}}
          template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "{{ .Values.image }}"}]}}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: other}
        data: {color: "{{ .Values.shared }}"}
        """,
        "martlet.yaml": """
        apiVersion: martlet.dev/v1alpha1
        kind: Application
        metadata: {name: shop}
        spec: {path: charts/web, namespace: shop}

        """,
    ]

    @Test func theValuesThatFeedAChart() async throws {
        let server = ModelServer(Self.chart)
        server.push(by: "Bob", "2") { $0["charts/web/values.yaml"] = "# the image\nimage: shop/web:2\nreplicas: 5 # two\nshared: blue\n" }
        let report = try await Self.perform(server, Self.request())
        let values = server.file("charts/web/values.yaml")
        // What also makes another object stays, and is told.
        #expect(values == "# the image\nimage: shop/web:1\nreplicas: 2 # two\nshared: blue\n")
        #expect(report.problems.count == 1)
        #expect(report.problems.first?.error.message.contains("metadata.labels.color") == true)
        #expect(server.file("martlet.yaml").contains("martlet.dev/locked"))
    }
}
