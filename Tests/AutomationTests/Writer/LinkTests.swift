import Automation
import Basics
import Kubernetes
import Registry
import Testing

/// Whoever reads a file through a symbolic link is one of its readers.
@Suite struct LinkTests {
    private static let deployment = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: "{{ .Release.Name }}", annotations: {martlet.dev/locked: "{{ .Values.LOCK | default false }}"}}
        spec: {template: {spec: {containers: [{name: web, image: "shop/web:{{ .Values.tag }}"}]}}}

        """

    private static func release(_ application: String, namespace: String, _ name: String, force: Bool = false) -> Work {
        let request = ChangeRequest(
            workload: ObjectKey(group: "apps", kind: "Deployment", namespace: namespace, name: name),
            action: .release(ImageReference(name: "shop/web", tag: "1.3")), force: force, requester: Requester(name: "Ann", email: "ann@example.com"))
        return .request(request, application: application, tags: [:])
    }

    /// `charts/web-prod` is a link to `charts/web`; in one of the two it may be locked.
    private static func charts(isLocked: Bool = false) -> ModelServer {
        let lock = isLocked ? "{{ eq .Release.Name \"web-prod\" }}" : "false"
        let server = ModelServer([
            "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n", "charts/web/values.yaml": "tag: \"1.2\"\n",
            "charts/web/templates/web.yaml": deployment.replacing("{{ .Values.LOCK | default false }}", with: lock),
        ])
        for file in ["Chart.yaml", "values.yaml", "templates/web.yaml"] { server.link("charts/web-prod/\(file)", to: "charts/web/\(file)") }
        return server
    }

    @Test func aLockHoldsBackTheFileOfTheLink() async throws {
        let server = Self.charts(isLocked: true)
        let writer = InterleavingTests.writer(server, seed: 1)
        await #expect { _ = try await writer.perform(Self.release("web", namespace: "default", "web")) } throws: {
            ($0 as? AutomationError)?.kind == .locked
        }
        #expect(server.pushes == 0)
        // Who goes through it is told of both, and the file alone is written.
        let report = try await writer.perform(Self.release("web", namespace: "default", "web", force: true))
        #expect(report.bumps.map(\.workload.name).sorted() == ["web", "web-prod"])
        #expect(report.files == ["charts/web/values.yaml"])
        #expect(server.file("charts/web/values.yaml") == "tag: \"1.3\"\n")
    }

    @Test func permissionIsAskedForWhatTheLinkMakes() async throws {
        let asked = Locked<[ObjectKey]>([])
        let writer = InterleavingTests.writer(Self.charts(), seed: 2)
        _ = try await writer.perform(Self.release("web", namespace: "default", "web")) { keys in asked.withLock { $0 += keys } }
        #expect(asked.withLock { $0 }.map(\.name).sorted() == ["web", "web-prod"])
    }

    /// Where there is a text that only one of the two reads, it says it for itself.
    @Test func anApplicationSaysItForItself() async throws {
        func application(_ name: String, _ values: String) -> String {
            """
            apiVersion: martlet.dev/v1alpha1
            kind: Application
            metadata: {name: web-\(name)}
            spec: {path: ../../charts/web, namespace: \(name), helm: {valuesFiles: [../../\(values)]}}

            """
        }
        let server = ModelServer([
            "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n", "charts/web/templates/web.yaml": Self.deployment,
            "base/values.yaml": "tag: \"1.2\"\n", "apps/stage/martlet.yaml": application("stage", "base/values.yaml"),
            "apps/prod/martlet.yaml": application("prod", "prod/values.yaml"),
        ])
        server.link("prod/values.yaml", to: "base/values.yaml")
        let report = try await InterleavingTests.writer(server, seed: 3).perform(Self.release("web-stage", namespace: "stage", "web-stage"))
        #expect(report.files == ["apps/stage/martlet.yaml"])
        #expect(server.file("base/values.yaml") == "tag: \"1.2\"\n")
    }
}
