import Automation
import Basics
import Delivery
import Git
import Kubernetes
import Testing

/// A version that its rollout sent back is taken out of git by a commit.
@Suite struct RevertTests {
    private static let old = InterleavingTests.front
    private static let new = InterleavingTests.front.replacing("front-end:0.3.12", with: "front-end:0.3.13")

    private static func server() -> (ModelServer, before: ObjectID, rejected: ObjectID) {
        let server = ModelServer(["deploy/front.yaml": old, "README.md": "shop\n"])
        let before = server.tip
        server.push(by: "Ann", "0.3.13") { $0["deploy/front.yaml"] = new }
        return (server, before, server.tip)
    }

    private static func release(_ before: ObjectID, _ rejected: ObjectID) -> RejectedRelease {
        RejectedRelease(
            application: "shop", workload: InterleavingTests.key, revision: "main@\(rejected.short)", commit: "\(rejected)",
            previousCommit: "\(before)", reason: "errors: 41 of 612 requests\nof the new version")
    }

    @Test func theFileIsAsItWasAndTheWorkloadIsLocked() async throws {
        let (server, before, rejected) = Self.server()
        server.push(by: "Bob", "Another file") { $0["README.md"] = "shop, better\n" }
        let report = try await InterleavingTests.writer(server, seed: 1).perform(.revert(Self.release(before, rejected)))
        let text = server.file("deploy/front.yaml")
        #expect(report.commit == server.tip)
        #expect(report.files == ["deploy/front.yaml"])
        #expect(text.contains("front-end:0.3.12"))
        #expect(!text.contains("0.3.13\""))
        // It follows images: without a lock the same tag would come again.
        #expect(text.contains("martlet.dev/locked: \"true\""))
        #expect(text.contains("sent back: errors: 41 of 612"))
        #expect(server.file("README.md") == "shop, better\n")
        let message = try #require(server.history.last?.message)
        #expect(message.hasPrefix("Revert "))
        #expect(message.contains("Reason: errors: 41 of 612 requests"))
        #expect(message.contains("Martlet-Workload: "))
    }

    @Test func itIsMadeOnce() async throws {
        let (server, before, rejected) = Self.server()
        let writer = InterleavingTests.writer(server, seed: 2)
        _ = try await writer.perform(.revert(Self.release(before, rejected)))
        let count = server.history.count
        let again = try await writer.perform(.revert(Self.release(before, rejected)))
        #expect(again.commit == nil || server.history.count == count)
    }

    @Test func aPushThatIsRacedIsMadeAnew() async throws {
        let (server, before, rejected) = Self.server()
        let left = Locked(3)
        server.meanwhile { step in
            guard step == .push, left.withLock({ left in left -= 1; return left >= 0 }) else { return }
            server.push(by: "Cid", "meanwhile") { $0["README.md"]? += "more\n" }
        }
        _ = try await InterleavingTests.writer(server, seed: 3).perform(.revert(Self.release(before, rejected)))
        #expect(server.file("deploy/front.yaml").contains("front-end:0.3.12"))
        #expect(server.file("README.md") == "shop\nmore\nmore\nmore\n")
    }

    /// What people did to the file, or to other fields of the workload, is none of the version.
    @Test(arguments: [
        ("Keep the comment.", "Bob's words."), ("replicas: 1", "replicas: 7"), ("replicas: 1\n", "replicas: 1\n  minReadySeconds: 5\n"),
    ])
    func whatAPersonHasChangedSinceStays(_ old: String, _ new: String) async throws {
        let (server, before, rejected) = Self.server()
        server.push(by: "Bob", "More") { $0["deploy/front.yaml"] = $0["deploy/front.yaml"]?.replacing(old, with: new) }
        _ = try await InterleavingTests.writer(server, seed: 4).perform(.revert(Self.release(before, rejected)))
        let text = server.file("deploy/front.yaml")
        #expect(text.contains("front-end:0.3.12"))
        #expect(text.contains(new))
    }

    /// More than images made the version, and somebody has made another of it: nobody can tell what is whose.
    @Test func aVersionThatWasChangedSinceIsAPersonsToRevert() async throws {
        let server = ModelServer(["deploy/front.yaml": Self.old])
        let before = server.tip
        server.push(by: "Ann", "0.3.13") { $0["deploy/front.yaml"] = Self.new.replacing("replicas: 1", with: "replicas: 3") }
        let rejected = server.tip
        server.push(by: "Bob", "More") { $0["deploy/front.yaml"] = $0["deploy/front.yaml"]?.replacing("replicas: 3", with: "replicas: 5") }
        await #expect { _ = try await InterleavingTests.writer(server, seed: 5).perform(.revert(Self.release(before, rejected))) } throws: {
            ($0 as? AutomationError)?.kind == .notEditable && "\($0)".contains("changed again")
        }
        #expect(server.pushes == 0)
    }

    @Test func aCommitThatIsNotKnownIsToldOf() async throws {
        let (server, before, rejected) = Self.server()
        var release = Self.release(before, rejected)
        release.commit = ""
        let writer = InterleavingTests.writer(server, seed: 5)
        let unknown = release
        await #expect(throws: AutomationError.self) { try await writer.perform(.revert(unknown)) }
    }

    // MARK: other people's work

    private static func deployment(_ name: String, _ image: String) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: \(name), namespace: shop}
        spec: {replicas: 1, selector: {matchLabels: {app: \(name)}}, template: {metadata: {labels: {app: \(name)}}, spec: {containers: [{name: main, image: "\(image)"}]}}}

        """
    }

    /// The commit before may be days ago, because another workload was rejected since; what came in between stays.
    @Test func otherPeoplesCommitsStay() async throws {
        var files = ["deploy/front.yaml": Self.old]
        for name in ["orders", "cart", "catalogue"] { files["deploy/\(name).yaml"] = Self.deployment(name, "shop/\(name):1") }
        let server = ModelServer(files)
        let monday = server.tip
        server.push(by: "Bob", "Orders") { $0["deploy/orders.yaml"] = Self.deployment("orders", "shop/orders:2") }
        server.push(by: "Ann", "Cart") { $0["deploy/cart.yaml"]? += "# Ann's\n" }
        server.push(by: "Martlet", "Release 2 images") {
            $0["deploy/catalogue.yaml"] = Self.deployment("catalogue", "shop/catalogue:2")
            $0["deploy/front.yaml"] = Self.new
        }
        let wanted = server.files
        let report = try await InterleavingTests.writer(server, seed: 6).perform(.revert(Self.release(monday, server.tip)))
        #expect(report.files == ["deploy/front.yaml"])
        #expect(server.file("deploy/front.yaml").contains("front-end:0.3.12"))
        for name in ["orders", "cart", "catalogue"] { #expect(server.file("deploy/\(name).yaml") == wanted["deploy/\(name).yaml"], "\(name)") }
        #expect(server.history.last?.message.contains("0.3.13 → 0.3.12") == true)
    }

    /// Of several workloads in a file one goes back.
    @Test func otherDocumentsStay() async throws {
        let server = ModelServer(["deploy/all.yaml": Self.old + "---\n" + Self.deployment("cart", "shop/cart:1")])
        let before = server.tip
        server.push(by: "Ann", "Both") { $0["deploy/all.yaml"] = Self.new + "---\n" + Self.deployment("cart", "shop/cart:2") }
        _ = try await InterleavingTests.writer(server, seed: 7).perform(.revert(Self.release(before, server.tip)))
        #expect(server.file("deploy/all.yaml").contains("front-end:0.3.12"))
        #expect(server.file("deploy/all.yaml").contains("shop/cart:2"))
    }

    /// Where it is not on record what ran before, the newest other version is meant; where it is, that one.
    @Test(arguments: [false, true]) func theVersionThatRanBefore(_ isRecorded: Bool) async throws {
        let server = ModelServer(["deploy/front.yaml": Self.old.replacing("0.3.12", with: "0.3.11")])
        let first = server.tip
        server.push(by: "Ann", "0.3.12") { $0["deploy/front.yaml"] = Self.old }
        server.push(by: "Bob", "Words") { $0["deploy/front.yaml"]? += "# more\n" }
        server.push(by: "Ann", "0.3.13") { $0["deploy/front.yaml"] = Self.new + "# more\n" }
        var release = Self.release(first, server.tip)
        if !isRecorded { release.previousCommit = "" }
        _ = try await InterleavingTests.writer(server, seed: 8).perform(.revert(release))
        let text = server.file("deploy/front.yaml")
        #expect(text.contains(isRecorded ? "front-end:0.3.11" : "front-end:0.3.12"))
        #expect(text.contains("# more"))
    }

    // MARK: charts

    private static func chart(_ helm: String) -> [String: String] {
        [
            "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
            "charts/web/values.yaml": "image: {name: shop/web, tag: \"1.2\"}\ncolor: red\n",
            "charts/web/templates/web.yaml": """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: front-end}
            spec:
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}, annotations: {color: "{{ .Values.color }}"}}
                spec: {containers: [{name: web, image: "{{ .Values.image.name }}:{{ .Values.image.tag }}"}]}
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: other}
            data: {color: "{{ .Values.color }}"}
            """,
            "martlet.yaml": "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: shop}\nspec:\n  path: charts/web\n  namespace: shop\n  helm: {\(helm)}\n",
        ]
    }

    @Test(arguments: ["values: {image: {tag: \"VERSION\"}}", "set: [image.tag=VERSION]"])
    func valuesInTheApplicationsDeclaration(_ helm: String) async throws {
        let server = ModelServer(Self.chart(helm.replacing("VERSION", with: "1.2")))
        let before = server.tip
        server.push(by: "Ann", "1.3") { $0["martlet.yaml"] = Self.chart(helm.replacing("VERSION", with: "1.3"))["martlet.yaml"] }
        let writer = InterleavingTests.writer(server, seed: 9)
        let release = Self.release(before, server.tip)
        let report = try await writer.perform(.revert(release))
        #expect(report.commit != nil)
        #expect(server.file("martlet.yaml").contains(helm.replacing("VERSION", with: "1.2")))
        #expect(try await writer.perform(.revert(release)).commit == nil)
    }

    /// A value that makes another object too is not the workload's alone.
    @Test func whatCannotGoBackAloneIsSaid() async throws {
        let server = ModelServer(Self.chart(""))
        let before = server.tip
        server.push(by: "Bob", "Blue") { $0["charts/web/values.yaml"] = $0["charts/web/values.yaml"]?.replacing("red", with: "blue") }
        await #expect { _ = try await InterleavingTests.writer(server, seed: 10).perform(.revert(Self.release(before, server.tip))) } throws: {
            ($0 as? AutomationError)?.kind == .notEditable && "\($0)".contains("spec.template.metadata.annotations.color")
        }
        #expect(server.pushes == 0)
        // The image goes back, and what does not is told.
        server.push(by: "Ann", "1.3") { $0["charts/web/values.yaml"] = $0["charts/web/values.yaml"]?.replacing("1.2", with: "1.3") }
        let release = Self.release(before, server.tip)
        let report = try await InterleavingTests.writer(server, seed: 10).perform(.revert(release))
        #expect(server.file("charts/web/values.yaml") == "image: {name: shop/web, tag: \"1.2\"}\ncolor: blue\n")
        #expect(report.problems.map { $0.error.message.contains("annotations.color") } == [true])
        // Killed before that was noted, the daemon finds it made.
        #expect(try await InterleavingTests.writer(server, seed: 10).perform(.revert(release)).commit == nil)
    }

    /// Somebody has taken the workload out of git.
    @Test func aWorkloadThatIsGoneIsNotDone() async throws {
        let (server, before, rejected) = Self.server()
        server.push(by: "Bob", "Gone") {
            $0["deploy/front.yaml"] = nil
            $0["deploy/cart.yaml"] = Self.deployment("cart", "shop/cart:1")
        }
        await #expect(throws: AutomationError.self) { _ = try await InterleavingTests.writer(server, seed: 11).perform(.revert(Self.release(before, rejected))) }
    }
}
