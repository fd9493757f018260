import Delivery
import Document
import Kubernetes
import Testing

/// `martlet.yaml`: what it says is read, and each mistake is named with its line.
@Suite struct ApplicationFileTests {
    private let head = "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata:\n  name: web\n"

    private func parse(_ text: String, path: String = "apps/martlet.yaml") throws -> [ApplicationSpec] {
        try ApplicationFile.parse(Array(text.utf8), path: path)
    }

    @Test func everyField() throws {
        let spec = try #require(
            try parse(
                head + """
                    spec:
                      path: ../charts/web
                      namespace: shop
                      helm:
                        releaseName: web-1
                        valuesFiles: [a.yaml, ../b.yaml]
                        values: {replicas: 3}
                        set: [image.tag=v2]
                        skipCRDs: true
                        skipSchemaValidation: true
                      dependsOn: [db]
                      prune: false
                      deletionBudget: "50%"
                      drift: warn
                      suspend: true
                      healthTimeout: 90s
                    """
            ).first)
        #expect(spec.name == "web" && spec.path == "charts/web" && spec.namespace == "shop")
        #expect(spec.helm.releaseName == "web-1" && spec.helm.valuesFiles == ["a.yaml", "../b.yaml"])
        #expect(spec.helm.set == ["image.tag=v2"] && spec.helm.skipsCRDs && spec.helm.skipsSchemaValidation)
        #expect(spec.helm.values["replicas"]?.int == 3 && spec.dependsOn == ["db"])
        #expect(!spec.prunes && spec.deletionBudget.percent == 50 && spec.drift == .warn && spec.isSuspended)
        #expect(spec.healthTimeout == .seconds(90))
        #expect(spec.origin.description == "apps/martlet.yaml:1")
    }

    @Test func defaults() throws {
        let spec = try #require(try parse(head).first)
        #expect(spec.path == "apps" && spec.namespace == nil && spec.prunes && spec.drift == .correct && !spec.isSuspended)
        #expect(spec.healthTimeout == .seconds(300) && spec.deletionBudget == DeletionBudget() && spec.helm.values == .mapping([:]))
    }

    @Test func annotations() throws {
        let text = head + "  annotations:\n    martlet.dev/automated: \"true\"\n    martlet.dev/tag.any: semver:~1\n    team: shop\n"
        let spec = try #require(try parse(text).first)
        #expect(spec.annotations == ["martlet.dev/automated": "true", "martlet.dev/tag.any": "semver:~1", "team": "shop"])
    }

    @Test(arguments: [
        ("martlet.dev/automatd: \"true\"", "annotation \"martlet.dev/automatd\": unknown annotation, did you mean \"martlet.dev/automated\"?"),
        ("martlet.dev/automated: \"yes\"", "\"yes\" is not \"true\" or \"false\""),
        ("martlet.dev/locked: true", "the value is a boolean, put it in quotes"),
    ]) func annotationMistakes(_ line: String, _ says: String) throws {
        let error = try #require(throws: RenderError.self) { try parse(head + "  annotations:\n    team: shop\n    \(line)\n") }
        #expect(error.origin?.line == 7, "\(error)")
        #expect(error.description.contains(says), "\(error)")
    }

    @Test func severalDocumentsAndNone() throws {
        let second = head.replacing("web", with: "db")
        let specs = try parse("---\n" + head + "---\n---\n" + second)
        #expect(specs.map(\.name) == ["web", "db"])
        #expect(specs.last?.origin.line == 8)
        #expect(try parse("").isEmpty && parse("# nothing\n").isEmpty)
    }

    @Test(arguments: [("/", ""), ("/charts/web", "charts/web"), (".", "apps"), ("./a/./b/", "apps/a/b"), ("..", ""), ("../x/../y", "y")])
    func paths(_ written: String, _ meant: String) throws {
        #expect(try parse(head + "spec: {path: \(written)}").first?.path == meant)
    }

    @Test(arguments: [
        ("20%", 5, 20.0), ("0%", 5, 0), ("100%", 5, 100), ("12.5%", 5, 12.5), ("0", 0, 0), ("7", 7, 0),
    ]) func budgets(_ text: String, _ freely: Int, _ percent: Double) throws {
        let budget = try #require(try parse(head + "spec: {deletionBudget: \(text)}").first).deletionBudget
        #expect(budget.freely == freely && budget.percent == percent)
    }

    @Test(arguments: [
        // Text behind the head, which has 4 lines; the line; what must be said.
        ("spec:\n  prun: true", 6, "unknown field \"spec.prun\", did you mean \"prune\"?"),
        ("spec:\n  path: x\n  helm:\n    valueFiles: []", 8, "did you mean \"valuesFiles\"?"),
        ("spec:\n  zzzzzzz: 1", 6, "expected one of path, namespace"),
        ("specs: {}", 5, "did you mean \"spec\"?"),
        ("spec: []", 5, "is a sequence, expected a mapping"),
        ("spec:\n  prune: \"false\"", 6, "\"spec.prune\" is a string, expected true or false"),
        ("spec:\n  prune: 0", 6, "expected true or false"),
        ("spec:\n  suspend: maybe", 6, "expected true or false"),
        ("spec:\n  path: ../../etc", 6, "leads out of the repository"),
        ("spec:\n  path: [a]", 6, "\"spec.path\" is a sequence, expected a string"),
        ("spec:\n  namespace: 7", 6, "is an integer, expected a string"),
        ("spec:\n  namespace: Shop_1", 6, "\"Shop_1\" is no name for a namespace"),
        ("spec:\n  namespace: \"\"", 6, "is no name for a namespace"),
        ("spec:\n  dependsOn: db", 6, "is a string, expected a sequence of strings"),
        ("spec:\n  dependsOn: [db, 1]", 6, "holds an integer, expected strings"),
        ("spec:\n  deletionBudget: \"120%\"", 6, "deletionBudget is \"120%\", expected a share such as \"20%\" or a number"),
        ("spec:\n  deletionBudget: -1", 6, "expected a share"),
        ("spec:\n  deletionBudget: \"nan%\"", 6, "expected a share"),
        ("spec:\n  deletionBudget: 99999999999999999999", 6, "deletionBudget"),
        ("spec:\n  drift: corect", 6, "drift is \"corect\", expected correct, warn, ignore"),
        ("spec:\n  healthTimeout: 5", 6, "is an integer, expected a string"),
        ("spec:\n  healthTimeout: soon", 6, "expected a duration such as \"5m\""),
        ("spec:\n  healthTimeout: 0s", 6, "expected a duration"),
        ("spec:\n  helm:\n    values: [1]", 7, "\"spec.helm.values\" is a sequence, expected a mapping"),
        ("spec:\n  prune: true\n  prune: false", 7, "prune"),
        ("spec: {", 5, ""),
    ]) func mistakes(_ text: String, _ line: Int, _ says: String) throws {
        let error = try #require(throws: RenderError.self) { try parse(head + text) }
        #expect(error.origin?.file == "apps/martlet.yaml")
        #expect(error.origin?.line == line || text == "spec: {", "\(error)")
        #expect(error.description.contains(says), "\(error)")
        #expect(error.description.contains("apps/martlet.yaml:"))
    }

    @Test(arguments: [
        ("apiVersion: martlet.dev/v1\nkind: Application\nmetadata: {name: a}", 1, "expected \"martlet.dev/v1alpha1\""),
        ("apiVersion: martlet.dev/v1alpha1\nkind: Aplication\nmetadata: {name: a}", 2, "kind is \"Aplication\", did you mean \"Application\"?"),
        ("kind: Application\nmetadata: {name: a}", 1, "\"apiVersion\" is missing"),
        ("apiVersion: martlet.dev/v1alpha1\nkind: Application", 1, "\"metadata\" is missing"),
        ("apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata:\n  labels: {}", 3, "\"metadata.name\" is missing"),
        ("apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata:\n  name: Web", 4, "\"Web\" is no name for an application"),
        ("apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata:\n  name: a-", 4, "is no name for an application"),
        ("apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata:\n  name: 7", 4, "is an integer, expected a string"),
        ("- a\n- b", 1, "expected a mapping"),
        ("hello", 1, "expected a mapping"),
    ]) func headMistakes(_ text: String, _ line: Int, _ says: String) throws {
        let error = try #require(throws: RenderError.self) { try parse(text) }
        #expect(error.origin?.line == line, "\(error)")
        #expect(error.description.contains(says), "\(error)")
    }

    @Test(arguments: [
        ("a", true), ("a-b-1", true), ("1", true), ("", false), ("-a", false), ("a-", false), ("A", false), ("a.b", false), ("ä", false),
    ]) func labelNames(_ name: String, _ isOne: Bool) {
        #expect(isLabelName(name) == isOne)
        #expect(isLabelName(String(repeating: "a", count: 50)) && !isLabelName(String(repeating: "a", count: 51)))
    }
}
