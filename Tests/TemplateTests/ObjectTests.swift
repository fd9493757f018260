import Testing

@testable import Template

/// Built-in objects: their fields, their methods with arguments, and maps that have methods.
@Suite struct ObjectTests {
    private final class Versions: DatumObject {
        let typeName = "common.VersionSet"
        let printed = "[v1 apps/v1]"
        func member(_ name: String) -> DatumMember? {
            switch name {
            case "Has":
                .method(Function([.string]) { _, arguments in
                    if case .string(let text)? = arguments.first { .bool(text == "v1") } else { .null }
                })
            case "Count": .method(Function([]) { _, _ in .int(2) })
            case "Fail": .method(Function([]) { _, _ in throw FunctionFault("no such thing") })
            case "Name": .field(.string("set"))
            default: nil
            }
        }
    }

    private final class Files: DatumObject {
        let typeName = "engine.files"
        let printed = "map[]"
        var entries: [(key: String, value: Datum)]? { [("a.txt", .string("A")), ("b.txt", .string("B"))] }
        func member(_ name: String) -> DatumMember? { nil }
    }

    private func data() -> Datum {
        let values = DatumMap(["k": .string("v")], name: "common.Values") { map, name in
            name == "Keys" ? Function([]) { _, _ in .list(map.sortedKeys.map { .string($0) }, of: .string) } : nil
        }
        return .map(DatumMap([
            "V": .object(Versions()), "F": .object(Files()), "Values": .map(values),
            "S": .map(DatumMap(["_0": .string("x")], of: .string)),
        ]))
    }

    private static let table: [(String, String)] = [
        ("{{ .V.Has \"v1\" }} {{ .V.Has \"v2\" }} {{ \"v1\" | .V.Has }} {{ (.V).Has \"v1\" }}", "true false true true"),
        ("{{ $v := .V }}{{ $v.Has \"v1\" }} {{ .V.Count }} {{ .V.Name }} {{ .V }}", "true 2 set [v1 apps/v1]"),
        ("{{ if .V }}yes{{ end }}{{ printf \" %T %v\" .V .V }}", "yes common.VersionSet [v1 apps/v1]"),
        ("{{ range $k, $v := .F }}{{ $k }}={{ $v }} {{ end }}{{ len .F }} {{ index .F \"b.txt\" }}", "a.txt=A b.txt=B 2 B"),
        ("{{ .Values.Keys }} {{ .Values.k }} {{ printf \"%T\" .Values }}", "[k] v common.Values"),
        ("{{ .S._0 }}|{{ .S._1 }}|{{ .S._1 | len }}|{{ printf \"%T\" .S }}", "x||0|map[string]string"),
        ("{{ .V.Has }}", "template: t:1:5: executing \"t\" at <.V.Has>: wrong number of args for Has: want 1 got 0"),
        ("{{ .V.Has 1 }}", "template: t:1:10: executing \"t\" at <1>: expected string; found 1"),
        ("{{ .V.Nope }}", "template: t:1:5: executing \"t\" at <.V.Nope>: can't evaluate field Nope in type interface {}"),
        ("{{ .V.Name 1 }}", "template: t:1:5: executing \"t\" at <.V.Name>: Name has arguments but cannot be invoked as function"),
        ("{{ .V.Name.x }}", "template: t:1:5: executing \"t\" at <.V.Name.x>: can't evaluate field x in type string"),
        ("{{ .V.Fail }}", "template: t:1:5: executing \"t\" at <.V.Fail>: error calling Fail: no such thing"),
        ("{{ .Values.k 1 }}", "template: t:1:10: executing \"t\" at <.Values.k>: k is not a method but has arguments"),
        ("{{ .S._1.x }}", "template: t:1:5: executing \"t\" at <.S._1.x>: can't evaluate field x in type string"),
        ("{{ hasKey .S \"_0\" }}", "template: t:1:10: executing \"t\" at <.S>: wrong type for value; expected map[string]interface {}; got map[string]string"),
    ]

    @Test(arguments: table)
    func isAsInGo(_ template: String, _ answer: String) {
        #expect(rendered(template, data: data()) == answer)
    }

    @Test func mapsAreShared() throws {
        let map = DatumMap()
        let data = Datum.map(DatumMap(["a": .map(map), "b": .map(map)]))
        map["x"] = .int(1)
        #expect(rendered("{{ .a.x }}{{ .b.x }}", data: data) == "11")
    }
}
