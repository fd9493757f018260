import Basics
import Document
import Testing

@testable import Chart

@Suite("Rendering charts")
struct RenderTests {
    static func chart(_ files: [(String, String)], more: String = "") throws -> Chart {
        try Chart.load(
            files: [ChartFile(path: "Chart.yaml", text: "apiVersion: v2\nname: c\nversion: 0.1.0\n" + more)]
                + files.map { ChartFile(path: $0.0, text: $0.1) })
    }

    static func result(_ files: [(String, String)], more: String = "", values: Value = [:], set: [SetValue] = []) throws -> RenderResult {
        try render(
            try chart(files, more: more), values: [values], set: set, release: ReleaseOptions(name: "rel", namespace: "ns"), environment: .fixed)
    }

    /// What `helm template rel . -n ns --include-crds` prints for the same files.
    @Test func printsAsHelmDoes() throws {
        let result = try Self.result([
            ("templates/b.yaml", "kind: Service\nmetadata: {name: b}\n---\n\n---\nkind: ConfigMap\nmetadata: {name: a}\n"),
            ("templates/a.yaml", "kind: Widget\n---\nkind: Deployment\n---apiVersion: v1\nkind: Alpha\n"),
            ("templates/_helpers.tpl", "{{ define \"x\" }}1{{ end }}"), ("templates/NOTES.txt", "Hello {{ include \"x\" . }}"),
            ("templates/empty.yaml", "\n  \n"), ("templates/comment.yaml", "# nothing\n"), ("crds/x.yaml", "kind: CustomResourceDefinition\n"),
            (
                "templates/hook.yaml",
                "kind: Job\nmetadata:\n  name: j\n  annotations:\n    helm.sh/hook: post-install, pre-delete\n    helm.sh/hook-weight: \"-5\"\n"
                    + "    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded\n"
            ),
            ("templates/old.yaml", "kind: Old\nmetadata: {annotations: {helm.sh/hook: crd-install}}\n"),
        ])
        #expect(
            helmTemplateOutput(result, includeCRDs: true) == """
                ---
                # Source: c/crds/x.yaml
                kind: CustomResourceDefinition

                ---
                # Source: c/templates/b.yaml
                ---
                kind: ConfigMap
                metadata: {name: a}

                ---
                # Source: c/templates/b.yaml
                kind: Service
                metadata: {name: b}
                ---
                # Source: c/templates/a.yaml
                kind: Deployment
                ---
                # Source: c/templates/comment.yaml
                # nothing

                ---
                # Source: c/templates/a.yaml
                apiVersion: v1
                kind: Alpha

                ---
                # Source: c/templates/a.yaml
                kind: Widget
                ---
                # Source: c/templates/hook.yaml
                kind: Job
                metadata:
                  name: j
                  annotations:
                    helm.sh/hook: post-install, pre-delete
                    helm.sh/hook-weight: "-5"
                    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded


                """)
        #expect(result.notes == "Hello 1")
        let hook = try #require(result.hooks.first)
        #expect(hook.events == [.postInstall, .preDelete])
        #expect(hook.weight == -5)
        #expect(hook.deletePolicies == [.beforeHookCreation, .hookSucceeded])
    }

    @Test(arguments: [
        ("---\n---", ["---"]), ("a\n---\nb", ["a", "b"]), ("\n\n--- \n a \n\n---b", ["a", "b"]), ("a---b", ["a---b"]), ("a\n  ---\nb", ["a\n  ---\nb"]),
        ("a\n----", ["a", "-"]), ("", []),
    ])
    func splits(text: String, documents: [String]) { #expect(Manifests.split(text) == documents) }

    @Test(arguments: [
        ("a: [", "error converting YAML to JSON: yaml: line 1: did not find expected node content"),
        ("text", "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type util.SimpleHead"),
        ("a: b: c\n", "error converting YAML to JSON: yaml: mapping values are not allowed in this context"),
        ("a: 1\n b: 2\nc: 3", "error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context"),
        ("a: 1\nb: 2\n\tc: 3", "error converting YAML to JSON: yaml: line 3: found a tab character that violates indentation"),
        ("a: 1\nb\nc: 3", "error converting YAML to JSON: yaml: line 3: could not find expected ':'"),
        ("a: \"x\n\nb: 3", "error converting YAML to JSON: yaml: line 3: found unexpected end of stream"),
        ("a: {x: 1\nb: 3", "error converting YAML to JSON: yaml: line 1: did not find expected ',' or '}'"),
        ("a:\n  - 1\n b: 3", "error converting YAML to JSON: yaml: line 2: did not find expected key"),
        ("a: `x`", "error converting YAML to JSON: yaml: found character that cannot start any token"),
        ("a: *x", "error converting YAML to JSON: yaml: unknown anchor 'x' referenced"),
        ("kind: A\nmetadata:\n  annotations: {a: {b: 1}}", "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object into Go struct field .metadata.annotations of type string"),
        ("kind: [A]", "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go struct field SimpleHead.kind of type string"),
        ("a: .inf", "error converting YAML to JSON: json: unsupported value: +Inf"),
    ])
    func refusesOutput(text: String, message: String) {
        let error = #expect(throws: ChartError.self) { try Self.result([("templates/x.yaml", text)]) }
        #expect(error?.message == "YAML parse error on c/templates/x.yaml: " + message)
        #expect(error?.kind == .output)
    }

    @Test func namesThePlaceOfARefusal() {
        let error = #expect(throws: ChartError.self) {
            try Self.result([("templates/x.yaml", "\n{{ include \"x\" . }}"), ("templates/_x.tpl", "{{ define \"x\" }}{{ required \"no a\" .Values.a }}{{ end }}")])
        }
        #expect(error?.kind == .refused)
        #expect(error?.message == "execution error at (c/templates/x.yaml:2:3): no a")
    }

    @Test func showsTheChainOfIncludes() {
        let error = #expect(throws: ChartError.self) {
            try Self.result([("templates/x.yaml", "{{ include \"x\" . }}"), ("templates/_x.tpl", "{{ define \"x\" }}{{ .Values.a.b }}{{ end }}")])
        }
        #expect(
            error?.message == """
                c/templates/x.yaml:1:3
                  executing "c/templates/x.yaml" at <include "x" .>:
                    error calling include:
                c/templates/_x.tpl:1:26
                  executing "x" at <.Values.a.b>:
                    nil pointer evaluating interface {}.b
                """)
        #expect(error?.file == "c/templates/_x.tpl")
    }

    @Test func wantsItsDependencies() {
        let error = #expect(throws: ChartError.self) { try Self.result([], more: "dependencies: [{name: gone, version: 1.0.0}]") }
        #expect(error?.kind == .missingDependency)
        #expect(error?.message.hasSuffix("found in Chart.yaml, but missing in charts/ directory: gone") ?? false)
    }

    @Test func wantsItsKubernetes() {
        let error = #expect(throws: ChartError.self) { try Self.result([], more: "kubeVersion: '<1.20'") }
        #expect(error?.message == "chart requires kubeVersion: <1.20 which is incompatible with Kubernetes v1.36.0")
    }

    @Test func stopsEndlessIncludes() {
        let error = #expect(throws: ChartError.self) {
            try Self.result([("templates/x.yaml", "{{ define \"x\" }}{{ include \"x\" . }}{{ end }}{{ include \"x\" . }}")])
        }
        #expect(error != nil)
    }

    @Test func isStableForASeed() throws {
        let template = "{{ randAlphaNum 12 }} {{ uuidv4 }} {{ genPrivateKey \"ecdsa\" }}{{ now }}"
        #expect(try Probe.output(template) == Probe.output(template))
    }

    @Test func remembersCertificates() throws {
        let kept = Locked<[String: String]>([:])
        var environment = RenderEnvironment.fixed
        environment.remember = { key, make in
            if let text = kept.withLock({ $0[key] }) { return text }
            let text = try make()
            kept.withLock { $0[key] = text }
            return text
        }
        let template = """
            {{ $ca := genCA "ca" 30 }}{{ $c := genSignedCert "a.b" (list "10.0.0.1" "::1") (list "a.b") 30 $ca }}{{ $c.Cert }}{{ $c.Key }}
            """
        let first = try Probe.output(template, environment: environment)
        environment.random = RandomSource(seed: 99)
        #expect(try Probe.output(template, environment: environment) == first)
        #expect(first.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
        #expect(first.contains("-----BEGIN RSA PRIVATE KEY-----\n"))
    }

    /// openwall's test vectors of crypt_blowfish.
    @Test func hashesPasswords() {
        // base64 of bcrypt: "CCCCCCCCCCCCCCCCCCCCC." is this salt.
        let salt: [UInt8] = [0x10, 0x41, 0x04, 0x10, 0x41, 0x04, 0x10, 0x41, 0x04, 0x10, 0x41, 0x04, 0x10, 0x41, 0x04, 0x10]
        #expect(Bcrypt.hash(Array("U*U".utf8), salt: salt, cost: 5) == "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")
    }

    @Test func filesKeepTheirBytes() throws {
        let key = ChartFile(path: "key.bin", bytes: [0xff, 0xfe, 0, 1, 0x80, 0x41])
        #expect(try Probe.output("{{ .Files.Get \"key.bin\" | b64enc }} {{ (.Files.Glob \"*.bin\").AsSecrets }}", files: [key]) == "//4AAYBB key.bin: //4AAYBB")
    }

    @Test(arguments: [
        (SetValue.typed("a.b=1,c[1]=x,d={1,y},e=null,f=true,g=007,h=1\\,2"), #"{"a":{"b":1},"c":[null,"x"],"d":[1,"y"],"e":null,"f":true,"g":"007","h":"1,2"}"#),
        (.string("a=1,b={2}"), #"{"a":"1","b":["2"]}"#), (.json("a={\"b\":[1,2]},c=3"), #"{"a":{"b":[1,2]},"c":3}"#),
        (.json("{\"a\":{\"b\":1}}"), #"{"a":{"b":1}}"#), (.literal("a.b={x},y=1"), #"{"a":{"b":"{x},y=1"}}"#),
        (.file("a.b=f.txt", contents: ["f.txt": "x,y"]), #"{"a":{"b":"x,y"}}"#),
        (.typed("a[0].b=1,a[0].c=2,a[1][0]=3"), #"{"a":[{"b":1,"c":2},[3]]}"#),
    ])
    func sets(value: SetValue, expected: String) throws {
        #expect(try Probe.output("{{ .Values | toJson }}", set: [value]) == expected)
    }

    /// Kinds come in Helm's order, and what an expression does not name stays as the files have it.
    @Test(arguments: [
        ([SetValue.typed("a[1].x=2")], #"{"a":[{"x":1},{"x":2}],"b":{"c":1}}"#), ([.typed("a[0].y=2")], #"{"a":[{"x":1,"y":2}],"b":{"c":1}}"#),
        ([.typed("b.d=2")], #"{"a":[{"x":1}],"b":{"c":1,"d":2}}"#), ([.json("b={\"d\":2}")], #"{"a":[{"x":1}],"b":{"d":2}}"#),
        ([.json("{\"b\":{\"d\":2}}")], #"{"a":[{"x":1}],"b":{"c":1,"d":2}}"#), ([.typed("a=null")], #"{"a":null,"b":{"c":1}}"#),
        ([.literal("b.c=1"), .file("b.c=f", contents: ["f": "2"]), .string("b.c=3"), .typed("b.c=4"), .json("b.c=5")], #"{"a":[{"x":1}],"b":{"c":"1"}}"#),
        ([.typed("b.c=4"), .json("b.c=5")], #"{"a":[{"x":1}],"b":{"c":4}}"#),
    ])
    func setsOverFiles(set: [SetValue], expected: String) throws {
        #expect(try Probe.output("{{ .Values | toJson }}", values: ["a": [["x": 1]], "b": ["c": 1]], set: set) == expected)
    }

    @Test func namesTheFilesOfASetFile() {
        #expect(SetValue.files(named: "a=x.txt,b.c={y,z}") == ["x.txt", "y", "z"])
        #expect(throws: ChartError.self) { try Probe.output("x", set: [.file("a=missing", contents: [:])]) }
    }

    @Test func looksUpLiveObjects() throws {
        var environment = RenderEnvironment.fixed
        environment.lookup = { apiVersion, kind, namespace, name in
            name == "x" ? ["apiVersion": .string(apiVersion), "kind": .string(kind), "spec": ["replicas": 3]] : nil
        }
        let template = "{{ eq (lookup \"apps/v1\" \"Deployment\" \"ns\" \"x\").spec.replicas 3 }} {{ lookup \"v1\" \"Pod\" \"ns\" \"y\" }}"
        #expect(try Probe.output(template, environment: environment) == "true map[]")
    }

    @Test func setNumbersAreIntegers() throws {
        #expect(try Probe.output("{{ .Values.a }} {{ .Values.b }}", values: ["a": 12_345_678], set: [.typed("b=12345678")]) == "1.2345678e+07 12345678")
    }

    @Test(arguments: ["a", "a=1,b", "a.b", "a[x]=1", "a={1", "a[99999]=1", "a[-1]=1"])
    func refusesSets(text: String) { #expect(throws: ChartError.self) { try Probe.output("x", set: [.typed(text)]) } }
}
