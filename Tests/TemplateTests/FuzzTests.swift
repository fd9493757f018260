import Testing

@testable import Template

/// Nothing that is fed to the parser or run ends the process. Seeded: a failure comes again.
@Suite struct FuzzTests {
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    private static let seeds = [
        "{{- range $i, $v := .Values.l -}} {{ $i }}={{ $v | printf \"%5.2f%%\" }}\n{{- else }}none{{ end -}}",
        "{{ define \"x\" }}{{ if eq .a \"b\" }}{{ .c.d }}{{ else if not .e }}x{{ end }}{{ end }}{{ template \"x\" dict \"a\" 1 }}",
        "{{/* note */}}{{ with $x := (index .Values.m \"b\").c }}{{ $x = 3 }}{{ end }}{{ `raw` }}{{ 'c' }}{{ 0x1F }} {{ 1e3 }}",
        "{{ printf \"%[2]*.[1]*f|%-10s|%+v|%#x|%U\" 2 10 3.14159 }}{{ slice .Values.s 1 3 }}{{ len .Values.l }}",
        "{{ block \"y\" . }}{{ break }}{{ end }}{{ range until 3 }}{{ continue }}{{ end }}{{ and 1 (or 0 2) | not }}",
        "{{ tpl \"{{ .Values.s }}\" . | upper | html | js | urlquery }}{{ .Values.u }}☃{{ nil }}{{ $.Values.f }}",
    ]
    private static let pieces = [
        "{{", "}}", "{{-", "-}}", "(", ")", "|", "\"", "`", "'", "$", "$x", ":=", "=", ",", ".", "..", " ", "\n", "if", "else",
        "end", "range", "with", "define", "template", "block", "break", "nil", "true", "/*", "*/", "%", "%d", "\\", "0x", "1e",
        "9223372036854775808", "-1", "1.5", "é", "\u{0}", ".Values.l", "index", "slice", "printf", "len", "eq", "lt", "call",
    ]

    @Test func mutatedTemplatesNeverTrap() {
        var random = Generator(state: 0x9E37_79B9_7F4A_7C15)
        let functions = sampleFunctions()
        let data = Datum.map(DatumMap(["Values": sampleValues()]))
        var parsed = 0
        for _ in 0..<20_000 {
            var text = Array((Self.seeds.randomElement(using: &random) ?? "").unicodeScalars)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0...text.count, using: &random)
                let end = min(text.count, place + Int.random(in: 0...6, using: &random))
                let piece = Array((Self.pieces.randomElement(using: &random) ?? "").unicodeScalars)
                text.replaceSubrange(place..<end, with: Bool.random(using: &random) ? piece : [])
            }
            var scalars = String.UnicodeScalarView()
            scalars.append(contentsOf: text)
            var set = TemplateSet(functions: functions)
            do {
                try set.parse(name: "t", text: String(scalars))
                parsed += 1
                let budget = Budget(steps: 10_000, depth: 50, outputBytes: 1 << 20)
                _ = try Execution(templates: set, functions: functions, budget: budget).execute("t", data: data)
            } catch {
                #expect(!"\(error)".isEmpty)
            }
        }
        #expect(parsed > 500)
    }

    @Test func mutatedFormatsNeverTrap() {
        var random = Generator(state: 42)
        let characters = Array("%%%%vdsqxXobcUeEfFgGtTp+-# 0123456789.*[]☃a")
        let operands: [Datum] = [
            .int(Int64.min), .int(-1, as: .uint8), .float(-1e308), .float(.nan), .float(.leastNonzeroMagnitude), .string("a☃\"`\u{1}"), .null, .bool(true),
            .list([.int(1), .string("x"), .null]), .map(DatumMap(["k": .float(.infinity)])), .list([.int(255)], of: .uint8),
        ]
        for _ in 0..<20_000 {
            let format = String((0..<Int.random(in: 1...12, using: &random)).compactMap { _ in characters.randomElement(using: &random) })
            let arguments = (0..<Int.random(in: 0...4, using: &random)).compactMap { _ in operands.randomElement(using: &random) }
            _ = goSprintf(format, arguments)
        }
    }
}
