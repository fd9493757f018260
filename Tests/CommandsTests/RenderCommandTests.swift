import ArgumentParser
import Basics
import Chart
@testable import Commands
import FoundationEssentials
import HelmAnswers
import Testing

/// `martlet render` on charts that stand in a folder, as people run it.
@Suite struct RenderCommandTests {
    /// A chart in a folder of its own, and a way to run the command on it.
    private final class Workshop {
        let folder: String

        init(_ files: [String: String] = [:]) throws {
            folder = "\(FileManager.default.temporaryDirectory.path)/render-\(ULID(at: SystemTime().now, random: RandomSource()))"
            let chart = [
                "web/Chart.yaml": "apiVersion: v2\nname: front\nversion: 0.1.0\n",
                "web/values.yaml": "replicas: 1\nlist: [{a: 1}]\n",
                "web/templates/a.yaml": "kind: A\nname: {{ .Release.Name }}.{{ .Release.Namespace }}\nvalues: {{ toJson .Values }}\n",
                "web/templates/b.yaml": """
                    kind: B
                    cluster: {{ .Capabilities.KubeVersion }} {{ .Capabilities.APIVersions.Has "x.io/v1" }}
                    first: {{ .Release.IsInstall }}

                    """,
                "web/templates/hook.yaml": "kind: Job\nmetadata: {name: migrate, annotations: {helm.sh/hook: pre-install}}\n",
                "web/templates/test.yaml": "kind: Pod\nmetadata: {name: try, annotations: {helm.sh/hook: test}}\n",
                "web/templates/NOTES.txt": "Welcome to {{ .Release.Name }}.",
                "web/crds/c.yaml": "kind: CustomResourceDefinition\n",
            ]
            for (path, text) in chart.merging(files, uniquingKeysWith: { $1 }) { try write(path, text) }
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        func write(_ path: String, _ text: String) throws {
            let parent = "\(folder)/\(path)".split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
            try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(path)"))
        }

        func render(_ arguments: [String], chart: String = "web") async throws -> String {
            let all = ["render", "\(folder)/\(chart)", "--cache-folder", "\(folder)/cache"] + arguments.map { $0.replacing("@", with: folder) }
            let command = try #require(try MartletCommand.parseAsRoot(all) as? RenderCommand)
            return try await command.output().text
        }
    }

    @Test func printsAChartAsHelmDoes() async throws {
        #expect(try await Workshop().render([]) == """
            ---
            # Source: front/crds/c.yaml
            kind: CustomResourceDefinition

            ---
            # Source: front/templates/a.yaml
            kind: A
            name: web.default
            values: {"list":[{"a":1}],"replicas":1}

            ---
            # Source: front/templates/b.yaml
            kind: B
            cluster: v1.36.0 false
            first: true
            ---
            # Source: front/templates/test.yaml
            kind: Pod
            metadata: {name: try, annotations: {helm.sh/hook: test}}

            ---
            # Source: front/templates/hook.yaml
            kind: Job
            metadata: {name: migrate, annotations: {helm.sh/hook: pre-install}}


            """)
    }

    @Test(arguments: [
        (["--set", "replicas=2"], #"{"list":[{"a":1}],"replicas":2}"#), (["--set", "a=1,b={x,y}", "--set", "a=2"], #"{"a":2,"b":["x","y"],"list":[{"a":1}],"replicas":1}"#),
        (["--set-string", "replicas=2"], #"{"list":[{"a":1}],"replicas":"2"}"#), (["--set-json", #"a={"b":[1]}"#], #"{"a":{"b":[1]},"list":[{"a":1}],"replicas":1}"#),
        (["--set-literal", "a=x,y={z}"], #"{"a":"x,y={z}","list":[{"a":1}],"replicas":1}"#),
        (["--set-file", "a=@/one.yaml"], #"{"a":"replicas: 7\n","list":[{"a":1}],"replicas":1}"#),
        (["-f", "@/one.yaml"], #"{"list":[{"a":1}],"replicas":7}"#), (["-f", "@/one.yaml", "--values", "@/two.yaml"], #"{"list":[{"x":1},{"x":2}],"replicas":7}"#),
        (["-f", "@/one.yaml,@/two.yaml"], #"{"list":[{"x":1},{"x":2}],"replicas":7}"#),
        (["-f", "@/two.yaml", "--set", "list[0].y=3"], #"{"list":[{"x":1,"y":3},{"x":2}],"replicas":1}"#),
        (["-f", "@/two.yaml", "--set", "list=null"], #"{"replicas":1}"#), (["--set", "replicas=1", "--set-json", "replicas=2"], #"{"list":[{"a":1}],"replicas":1}"#),
    ])
    func values(_ arguments: [String], _ expected: String) async throws {
        let workshop = try Workshop(["one.yaml": "replicas: 7\n", "two.yaml": "list: [{x: 1}, {x: 2}]\n"])
        let text = try await workshop.render(arguments + ["-s", "templates/a.yaml"])
        #expect(text.split(separator: "\n").last.map(String.init) == "values: \(expected)")
    }

    @Test(arguments: [
        (["--no-hooks", "--skip-crds"], ["A", "B"]), (["--skip-tests"], ["CustomResourceDefinition", "A", "B", "Job"]), (["--skip-crds"], ["A", "B", "Pod", "Job"]),
        (["--include-crds", "--no-hooks"], ["CustomResourceDefinition", "A", "B"]), (["-s", "templates/a.yaml", "-s", "templates/hook.yaml"], ["A", "Job"]),
        (["--show-only", "templates/*.yaml", "--no-hooks"], ["A", "B"]), (["-s", "crds/c.yaml"], ["CustomResourceDefinition"]),
    ])
    func parts(_ arguments: [String], _ kinds: [String]) async throws {
        let text = try await Workshop().render(arguments)
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("kind: ") }.map { String($0.dropFirst(6)) } == kinds)
        #expect(text.hasPrefix("---\n"))
    }

    @Test func release() async throws {
        let workshop = try Workshop()
        let arguments = ["--name", "shop", "-n", "prod", "--kube-version", "1.29", "-a", "y/v1,x.io/v1", "--is-upgrade"]
        #expect(try await workshop.render(arguments + ["-s", "templates/a.yaml"]).contains("name: shop.prod\n"))
        #expect(try await workshop.render(arguments + ["-s", "templates/b.yaml"]).hasSuffix("cluster: v1.29.0 true\nfirst: false\n"))
        #expect(try await workshop.render(["--notes", "--name", "shop"]) == "Welcome to shop.\n")
    }

    @Test func packedCharts() async throws {
        let workshop = try Workshop()
        let packed = try bytes(of: AnswerCase.Content.archive([
            (path: "front/Chart.yaml", content: .text("apiVersion: v2\nname: front\nversion: 0.1.0\n")),
            (path: "front/templates/a.yaml", content: .text("kind: A\nname: {{ .Release.Name }}\n")),
        ]))
        try Data(packed).write(to: URL(filePath: "\(workshop.folder)/front-0.1.0.tgz"))
        #expect(try await workshop.render([], chart: "front-0.1.0.tgz") == "---\n# Source: front/templates/a.yaml\nkind: A\nname: front\n")
    }

    @Test func madeUpOnce() async throws {
        let made = "kind: A\na: {{ randAlphaNum 20 }}\nb: {{ uuidv4 }}\nc: {{ genPrivateKey \"ecdsa\" | sha256sum }}\nd: {{ now | unixEpoch }}\n"
        let workshop = try Workshop(["web/templates/a.yaml": made])
        let arguments = ["-s", "templates/a.yaml"]
        let first = try await workshop.render(arguments)
        #expect(try await workshop.render(arguments) == first)
        #expect(try await workshop.render(arguments + ["--set", "x=1"]) != first)
        #expect(try await workshop.render(arguments + ["--name", "other"]) != first)
        #expect(try await workshop.render(arguments + ["--random"]) != workshop.render(arguments + ["--random"]))
    }

    @Test(arguments: [
        (["--set", "a"], #"failed parsing --set data: key "a" has no value"#), (["--set-json", "a=x"], "failed parsing --set-json data"),
        (["-f", "@/nope.yaml"], "--values: cannot read"), (["-f", "@/web/templates/a.yaml"], "failed to parse"), (["--set-file", "a=@/nope"], "--set-file: cannot read"),
        (["-f", "https://example.com/v.yaml"], "is not fetched"), (["-s", "templates/nope.yaml"], "could not find template templates/nope.yaml in chart"),
    ])
    func mistakes(_ arguments: [String], _ says: String) async throws {
        let workshop = try Workshop()
        let error = try await #require(throws: CommandFailure.self) { try await workshop.render(arguments) }
        #expect("\(error)".contains(says))
    }

    @Test func namesTheTemplateThatFails() async throws {
        let workshop = try Workshop(["web/templates/a.yaml": "kind: A\nx: {{ required \"say who\" .Values.who }}\n"])
        let error = try await #require(throws: CommandFailure.self) { try await workshop.render([]) }
        #expect("\(error)".contains("front/templates/a.yaml:2:6") && "\(error)".contains("say who"))
    }

    /// Beside Helm's words: the line, a mark below the place, and the name that was meant.
    @Test func explainsTheTemplateThatFails() async throws {
        let workshop = try Workshop(["web/templates/c.yaml": "kind: C\nname: {{ .Values.lits.name }}\n"])
        let error = try await #require(throws: CommandFailure.self) { try await workshop.render([]) }
        let text = error.description
        #expect(text.contains("nil pointer evaluating interface {}.name"), "\(text)")
        #expect(text.contains("    2 | name: {{ .Values.lits.name }}\n") && text.contains("^"), "\(text)")
        #expect(text.contains("help: ") && text.contains("list"), "\(text)")
    }

    @Test func optionsForChartsAreForCharts() async throws {
        let workshop = try Workshop(["plain/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"])
        let error = try await #require(throws: CommandFailure.self) { try await workshop.render(["--set", "a=1"], chart: "plain") }
        #expect("\(error)".contains("--set is for charts"))
        #expect(try await workshop.render([], chart: "plain").contains("# Source: a.yaml:1\n"))
    }

    @Test(arguments: [
        (["render", "x", "--kube-version", "new"], "--kube-version is \"new\", expected a version such as 1.33"),
        (["render", "x", "--include-crds", "--skip-crds"], "choose one"), (["render", "x", "--setstring", "a=1"], "--set-string"),
    ])
    func refusals(_ arguments: [String], _ says: String) throws {
        let error = try #require(throws: (any Error).self) { _ = try MartletCommand.parseAsRoot(arguments) }
        #expect(MartletCommand.fullMessage(for: error).contains(says))
    }
}
