import Basics
import Testing

@testable import Template

/// A template cannot run for ever, nest for ever or write for ever.
@Suite struct BudgetTests {
    private static let endless = [
        "{{ range 1000000000 }}{{ end }}",
        "{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}",
        "{{ define \"a\" }}x{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
        "{{ define \"a\" }}{{ include \"b\" . }}{{ end }}{{ define \"b\" }}{{ with . }}{{ include \"a\" . }}{{ end }}{{ end }}{{ include \"a\" . }}",
        "{{ $t := \"{{ tpl .t . }}\" }}{{ tpl $t (dict \"t\" $t) }}",
        "{{ range 1000000 }}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx{{ end }}",
        "{{ $x := list (printf \"%1000d\" 1) }}{{ range 40 }}{{ $x = list $x $x }}{{ end }}{{ $x }}",
        "{{ $x := \"x\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}",
        "{{ define \"a\" }}{{ range 10000 }}xxxxxxxxxx{{ end }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
    ]

    private func kindOfFailure(_ template: String) -> TemplateError.Kind? {
        withLargeStack {
            do {
                _ = try render(template, budget: Budget(steps: 1_000_000, depth: 2100, outputBytes: 1 << 20))
                return nil
            } catch {
                return (error as? TemplateError)?.root.kind
            }
        }
    }

    @Test(arguments: endless)
    func isStopped(_ template: String) {
        #expect(kindOfFailure(template) == .budget)
    }

    @Test func deepNestingIsRefusedByTheParser() {
        for (open, close) in [("{{ if 1 }}", "{{ end }}"), ("(", ")")] {
            let body = String(repeating: open, count: 100_000)
            let end = String(repeating: close, count: 100_000)
            let text = open == "(" ? "{{ \(body)1\(end) }}" : "\(body)\(end)"
            #expect(rendered(text) == "template: t:1: more than 500 blocks and parentheses in each other")
        }
    }

    /// The deepest templates within deepest expressions fit the stack that renders get.
    @Test func theDeepestAllowedFits() {
        let open = String(repeating: "{{ if 1 }}", count: 200) + "{{ " + String(repeating: "(", count: 200)
        let close = String(repeating: ")", count: 200) + " }}" + String(repeating: "{{ end }}", count: 200)
        let text = "{{ define \"a\" }}\(open)include \"a\" .\(close){{ end }}{{ include \"a\" . }}"
        #expect(kindOfFailure(text) == .budget)
    }

    @Test func valuesThatHoldThemselvesArePrintedToAnEnd() {
        let text = withLargeStack {
            let map = DatumMap()
            map["self"] = .map(map)
            return Datum.map(map).printed
        }
        #expect(text.hasPrefix("map[self:map[self:"))
    }
}
