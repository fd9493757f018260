import Basics
import Chart
import Document
import Template
import Testing

/// Templates that ask for more than there is end in an error, soon and without a trap.
@Suite(.serialized) struct BombTests {
    private static let shared = "{{ $m := dict }}{{ range until 60 }}{{ $m = dict \"a\" $m \"b\" $m }}{{ end }}"
    private static let lists = "{{ $m := list 1 }}{{ range until 60 }}{{ $m = list $m $m }}{{ end }}"
    private static let cycle = "{{ $m := dict }}{{ $_ := set $m \"self\" $m }}{{ $_ := set $m \"also\" $m }}"
    private static let long = "{{ $b := repeat 100000 \"ab\\n\" }}"
    private static func loop(_ body: String) -> String { "{{ range 1000000 }}{{ $_ := \(body) }}{{ end }}" }

    static let nested = ["dict \"a\" $m", "list $m", "dict \"a\" (list $m)", "dict \"a\" (list (list $m))"].map {
        "{{ $m := dict }}{{ range 8000000 }}{{ $m = \($0) }}{{ end }}"
    } + ["{{ $m := dict }}{{ range 9000000 }}{{ $n := dict }}{{ $_ := set $m \"a\" (list $n) }}{{ $m = $n }}{{ end }}"]

    static let sharing = [shared, lists, cycle].flatMap { start in
        [
            "toYaml $m", "toJson $m", "toYamlPretty $m", "toPrettyJson $m", "deepCopy $m | len", "printf \"%v\" $m", "print $m", "$m", "quote $m",
            "toString $m", "join \",\" (list $m)", "has $m (list $m 1)", "cat $m", "html $m", "dict $m 1",
        ].map { start + "{{ \($0) }}" }
    } + ["merge (dict) $m (deepCopy $m)", "toToml $m", "eq $m $m"].map { shared + "{{ \($0) }}" }

    static let loops = [
        "bcrypt \"a\"", "htpasswd \"a\" \"b\"", "derivePassword 1 \"long\" \"p\" \"u\" \"s\"", "genCA \"a\" 1",
        "regexMatch (printf \"x%d.*(a|b)*c\" .) \"a\"", "tpl (printf \"{{ . }}%d\" .) 1", "lookup \"v1\" \"Pod\" \"\" \"\"", "until 1000",
        "randAlphaNum 100", "$.Chart | toJson | fromJson", "fromYaml \"a: [1, {b: c}]\"",
    ].map(loop)

    static let sizes = [
        "regexReplaceAll \"\" $b $b", "regexSplit \"\" $b -1", "regexFindAll \"\" $b -1", "replace \"a\" $b $b", "splitList \"\" $b", "indent 1000000 $b",
        "join $b (until 100000)", "print $b $b $b $b", "wrapWith 1 $b $b", "uniq (until 100000)",
    ].map { long + "{{ \($0) }}" } + [
        "{{ until 100000000 }}", "{{ untilStep 0 1000000000 1 }}", "{{ seq 1000000000 }}", "{{ randAlphaNum 1000000000 }}", "{{ range 1000000000 }}{{ end }}",
        "{{ repeat 1000000000 \"ab\" }}", "{{ printf \"%9999999d%9999999d%9999999d%9999999d\" 1 1 1 1 }}",
        "{{ $x := \"a\" }}{{ range 1000000 }}{{ $x = print $x $x }}{{ end }}",
        "{{ $x := \"\" }}{{ range 1000000 }}{{ $x = print $x \"aaaaaaaaaa\" }}{{ end }}",
        "{{ $x := list }}{{ range 1000000 }}{{ $x = append $x 1 }}{{ end }}",
        "{{ $d := dict }}{{ range 1000000 }}{{ $_ := set $d (toString .) (printf \"%1000d\" .) }}{{ end }}",
        "{{ $l := until 100000 }}{{ range $l }}{{ $_ := reverse $l }}{{ end }}", "{{ fromYaml (repeat 1000000 \"[\") | toYaml | fail }}",
    ]

    static let recursion = [
        "{{ define \"x\" }}{{ template \"x\" . }}{{ end }}{{ template \"x\" . }}", "{{ define \"x\" }}{{ include \"x\" . }}{{ end }}{{ include \"x\" . }}",
        "{{ define \"x\" }}{{ include \"x\" . }}{{ include \"x\" . }}{{ end }}{{ include \"x\" . }}",
        "{{ define \"x\" }}{{ if lt (int .) 40 }}{{ include \"x\" (add1 .) }}{{ include \"x\" (add1 .) }}{{ end }}{{ end }}{{ include \"x\" 0 }}",
        "{{ $t := \"{{ tpl . . }}\" }}{{ tpl $t $t }}", "{{ tpl (repeat 100000 \"{{ if 1 }}\") . }}", "{{ tpl (print \"{{ \" (repeat 100000 \"(\") \" }}\") . }}",
    ]

    @Test(.timeLimit(.minutes(10)), arguments: nested + sharing + loops + sizes + recursion)
    func isStopped(_ template: String) throws {
        let chart = try Chart.load(files: [
            ChartFile(path: "Chart.yaml", text: "apiVersion: v2\nname: c\nversion: 0.1.0\n"),
            ChartFile(path: "templates/a.yaml", text: template),
        ])
        #expect(throws: ChartError.self) {
            try renderTemplates(
                chart, values: [], release: ReleaseOptions(name: "rel", namespace: "demo"),
                environment: Self.environment)
        }
    }

    /// Less than what a render may take, for the sake of builds that are not optimized.
    private static var environment: RenderEnvironment {
        var environment = RenderEnvironment(now: Timestamp(milliseconds: 0), random: RandomSource(seed: 1))
        environment.budget.steps = 400_000
        environment.budget.valueBytes = 16 << 20
        environment.budget.outputBytes = 1 << 20
        environment.budget.textBytes = 1 << 20
        environment.budget.items = 100_000
        return environment
    }

    /// What is deep or shares itself may be built and let go of; only going through it is too much.
    @Test(arguments: [
        "{{ $m := dict }}{{ range until 300000 }}{{ $m = dict \"a\" $m }}{{ end }}ok", shared + "{{ len $m }}", cycle + "{{ len $m }}",
        "{{ $m := list }}{{ range until 2000 }}{{ $m = list $m }}{{ end }}ok",
    ])
    func isBuilt(_ template: String) throws {
        let chart = try Chart.load(files: [
            ChartFile(path: "Chart.yaml", text: "apiVersion: v2\nname: c\nversion: 0.1.0\n"),
            ChartFile(path: "templates/a.yaml", text: template),
        ])
        let output = try renderTemplates(
            chart, values: [], release: ReleaseOptions(name: "rel", namespace: "demo"),
            environment: RenderEnvironment(now: Timestamp(milliseconds: 0), random: RandomSource(seed: 1)))
        #expect(output["c/templates/a.yaml"]?.isEmpty == false)
    }
}
