import Basics
import Chart
import Document
import Testing

/// A failing template is told with its line, its includes, the value at fault and what to do.
@Suite struct ExplanationTests {
    private func explanation(
        _ templates: [String: String], values: Value = .mapping(Mapping()), set: [SetValue] = [], chartValues: String = ""
    ) throws -> String {
        var files = [
            ChartFile(path: "Chart.yaml", text: "apiVersion: v2\nname: shop\nversion: 0.1.0\n"),
            ChartFile(path: "values.yaml", text: chartValues),
        ]
        files += templates.map { ChartFile(path: $0.key, text: $0.value) }
        let chart = try Chart.load(files: files)
        do {
            _ = try render(
                chart, values: [values], set: set, release: ReleaseOptions(name: "rel", namespace: "demo"),
                environment: RenderEnvironment(now: Timestamp(milliseconds: 0), random: RandomSource(seed: 1)))
            return "(rendered)"
        } catch {
            return error.explanation
        }
    }

    @Test func aMissingValueInAnInclude() throws {
        let text = try explanation(
            [
                "templates/_helpers.tpl": "{{- define \"shop.image\" -}}\n\t{{ .Values.image.repo.name }}\n{{- end }}\n",
                "templates/deployment.yaml": "kind: X\nimage: {{ include \"shop.image\" . }}\n",
            ], chartValues: "image:\n  tag: s3cret\n")
        #expect(
            text == """
                nil pointer evaluating interface {}.name
                  at shop/templates/_helpers.tpl:2:12, in "shop.image"
                    2 | \t{{ .Values.image.repo.name }}
                      | \t          ^
                  from shop/templates/deployment.yaml:2:11: include "shop.image" .
                  value: .Values.image.repo is nothing; .Values.image is from values.yaml of chart "shop"
                  help: set .Values.image.repo in the values, or guard it with "with" or "default"
                """)
    }

    @Test func aKeyThatIsNearlyThere() throws {
        let text = try explanation(["templates/a.yaml": "{{ .Values.imgae.tag }}"], chartValues: "image:\n  tag: s3cret\n")
        #expect(text.contains("value: .Values.imgae is nothing\n"))
        #expect(text.hasSuffix("help: .Values has no key \"imgae\", did you mean \"image\"?"))
    }

    static let givers: [(Value, [SetValue], String)] = [
        (["ports": "s3cret"], [], "values file 1"), (["ports": 1], [.typed("ports=s3cret")], "--set"),
        ([:], [], "values.yaml of chart \"shop\""),
    ]

    @Test(arguments: givers)
    func whoGaveTheValue(_ values: Value, _ set: [SetValue], _ giver: String) throws {
        let text = try explanation(
            ["templates/a.yaml": "a:\n{{ range .Values.ports }}{{ . }}{{ end }}"], values: values, set: set, chartValues: "ports: s3cret\n")
        #expect(text.contains("range can't iterate over a value of this type"))
        #expect(text.contains("value: .Values.ports is text, from \(giver)"))
        #expect(!text.contains("s3cret"))
    }

    @Test(arguments: [
        ("{{ qoute 1 }}", "did you mean the function \"quote\"?"),
        ("{{ pritnf \"a\" }}", "did you mean the function \"printf\"?"),
        ("{{ include \"shop.nmae\" . }}{{ define \"shop.name\" }}x{{ end }}", "did you mean the template \"shop.name\"?"),
        ("{{ template \"shop.nmae\" . }}{{ define \"shop.name\" }}x{{ end }}", "did you mean the template \"shop.name\"?"),
        ("{{ include \"elsewhere\" . }}", "no file of the chart or its dependencies defines it"),
        ("{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}", "look for a loop or an include without end"),
    ])
    func whatToDo(_ template: String, _ advice: String) throws {
        #expect(try explanation(["templates/a.yaml": template]).contains(advice))
    }

    @Test func aRefusalIsTheChartsOwnWords() throws {
        let text = try explanation(["templates/a.yaml": "x\n{{ required \"set a host\" .Values.host }}"])
        #expect(text == "set a host\n  at shop/templates/a.yaml:2:4\n    2 | {{ required \"set a host\" .Values.host }}\n      |    ^")
    }
}
