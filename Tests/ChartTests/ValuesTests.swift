import Document
import Testing

@testable import Chart

/// Values of charts and their subcharts, with what Helm 4.2 made of them.
@Suite("Merging values")
struct ValuesTests {
    struct Case: Sendable {
        var values: String
        var given: String
        var dependencies = ""
        /// Name, values.yaml and the end of Chart.yaml of each subchart.
        var subcharts: [(name: String, values: String, more: String)] = []
        var merged: String
        /// The charts that rendered, in Helm's order.
        var rendered = ""
    }

    static let cases: [Case] = [
        Case(
            values: "a: {b: 1}", given: "{\"a\": {\"b\": null, \"z\": null}, \"w\": null}",
            merged: "{\"a\":{\"z\":null},\"w\":null}"),
        Case(
            values: "a: {b: 1, c: {d: 1}}", given: "{\"a\": {\"c\": null}}",
            merged: "{\"a\":{\"b\":1}}"),
        Case(
            values: "a: {b: 1, c: {d: 1}}", given: "{\"a\": {\"c\": {\"d\": null, \"e\": null}}}",
            merged: "{\"a\":{\"b\":1,\"c\":{\"e\":null}}}"),
        Case(
            values: "a: {b: null, c: {d: null}}\nq: null", given: "{\"a\": {\"c\": {\"x\": 1}}}",
            merged: "{\"a\":{\"c\":{\"x\":1}}}"),
        Case(
            values: "a: {b: null, c: {d: null}}\nq: null", given: "{}",
            merged: "{\"a\":{\"c\":{}}}"),
        Case(
            values: "a: 1", given: "{\"a\": {\"b\": null}}",
            merged: "{\"a\":{\"b\":null}}"),
        Case(
            values: "a: {b: 1}", given: "{\"a\": 2}",
            merged: "{\"a\":2}"),
        Case(
            values: "sub: {x: null}", given: "{}",
            subcharts: [("sub", "x: 1\nt: {z: 1}\n", "")],
            merged: "{\"sub\":{\"global\":{},\"t\":{\"z\":1},\"x\":1}}", rendered: "sub"),
        Case(
            values: "sub: {t: {z: null, w: null}}", given: "{}",
            subcharts: [("sub", "x: 1\nt: {z: 1}\n", "")],
            merged: "{\"sub\":{\"global\":{},\"t\":{\"z\":1},\"x\":1}}", rendered: "sub"),
        Case(
            values: "", given: "{\"sub\": {\"x\": null, \"t\": {\"z\": null, \"w\": null}, \"m\": null}}",
            subcharts: [("sub", "x: 1\nt: {z: 1}\n", "")],
            merged: "{\"sub\":{\"global\":{},\"m\":null,\"t\":{\"w\":null}}}", rendered: "sub"),
        Case(
            values: "sub: {x: 2, t: {z: 3}}", given: "{\"sub\": {\"x\": null, \"t\": {\"z\": null, \"w\": null}}}",
            subcharts: [("sub", "x: 1\nt: {z: 1}\n", "")],
            merged: "{\"sub\":{\"global\":{},\"t\":{\"w\":null}}}", rendered: "sub"),
        Case(
            values: "global: {a: {b: 1}}", given: "{\"global\": {\"a\": {\"b\": null, \"c\": null}, \"q\": null}}",
            subcharts: [("sub", "global: {a: {b: 5, c: 6, d: 7}, q: 8}\n", "")],
            merged: "{\"global\":{\"a\":{\"c\":null},\"q\":null},\"sub\":{\"global\":{\"a\":{\"b\":5,\"d\":7}}}}", rendered: "sub"),
        Case(
            values: "global: {a: {b: 1}, s: 1}", given: "{}",
            subcharts: [("sub", "global: {a: {b: 5, c: 6}, s: {t: 1}, u: 2}\n", "")],
            merged: "{\"global\":{\"a\":{\"b\":1},\"s\":1},\"sub\":{\"global\":{\"a\":{\"b\":1,\"c\":6},\"s\":1,\"u\":2}}}", rendered: "sub"),
        Case(
            values: "sub: {x: null}", given: "{}",
            dependencies: "dependencies: [{name: sub, version: 0.1.0}]\n",
            subcharts: [("sub", "x: 1\nt: {z: 1}\n", "")],
            merged: "{\"sub\":{\"global\":{},\"t\":{\"z\":1},\"x\":1}}", rendered: "sub"),
        Case(
            values: "sub: {t: {z: null, w: null}}", given: "{}",
            dependencies: "dependencies: [{name: sub, version: 0.1.0}]\n",
            subcharts: [("sub", "x: 1\nt: {z: 1}\n", "")],
            merged: "{\"sub\":{\"global\":{},\"t\":{\"z\":1},\"x\":1}}", rendered: "sub"),
        Case(
            values: "", given: "{\"sub\": {\"x\": null, \"t\": {\"z\": null, \"w\": null}, \"m\": null}}",
            dependencies: "dependencies: [{name: sub, version: 0.1.0}]\n",
            subcharts: [("sub", "x: 1\nt: {z: 1}\n", "")],
            merged: "{\"sub\":{\"global\":{},\"m\":null,\"t\":{\"w\":null}}}", rendered: "sub"),
        Case(
            values: "sub: {x: 2, t: {z: 3}}", given: "{\"sub\": {\"x\": null, \"t\": {\"z\": null, \"w\": null}}}",
            dependencies: "dependencies: [{name: sub, version: 0.1.0}]\n",
            subcharts: [("sub", "x: 1\nt: {z: 1}\n", "")],
            merged: "{\"sub\":{\"global\":{},\"t\":{\"w\":null}}}", rendered: "sub"),
        Case(
            values: "global: {a: {b: 1}}", given: "{\"global\": {\"a\": {\"b\": null, \"c\": null}, \"q\": null}}",
            dependencies: "dependencies: [{name: sub, version: 0.1.0}]\n",
            subcharts: [("sub", "global: {a: {b: 5, c: 6, d: 7}, q: 8}\n", "")],
            merged: "{\"global\":{\"a\":{\"c\":null},\"q\":null},\"sub\":{\"global\":{\"a\":{\"b\":1,\"d\":7}}}}", rendered: "sub"),
        Case(
            values: "global: {a: {b: 1}, s: 1}", given: "{}",
            dependencies: "dependencies: [{name: sub, version: 0.1.0}]\n",
            subcharts: [("sub", "global: {a: {b: 5, c: 6}, s: {t: 1}, u: 2}\n", "")],
            merged: "{\"global\":{\"a\":{\"b\":1},\"s\":1},\"sub\":{\"global\":{\"a\":{\"b\":1,\"c\":6},\"s\":1,\"u\":2}}}", rendered: "sub"),
        Case(
            values: "one: {x: 5}\ntwo: {enabled: false}", given: "{}",
            dependencies: "dependencies: [{name: sub, version: 0.x, alias: one}, {name: sub, version: 0.x, alias: two, condition: two.enabled}]\n",
            subcharts: [("sub", "x: 1\nt: {z: 1}\n", "")],
            merged: "{\"one\":{\"global\":{},\"t\":{\"z\":1},\"x\":5},\"two\":{\"enabled\":false}}", rendered: "one"),
        Case(
            values: "one: {x: 5}", given: "{\"two\": {\"enabled\": true, \"x\": null}}",
            dependencies: "dependencies: [{name: sub, version: 0.x, alias: one}, {name: sub, version: 0.x, alias: two, condition: two.enabled}]\n",
            subcharts: [("sub", "x: 1\nt: {z: 1}\n", "")],
            merged: "{\"one\":{\"global\":{},\"t\":{\"z\":1},\"x\":5},\"two\":{\"enabled\":true,\"global\":{},\"t\":{\"z\":1}}}", rendered: "one,two"),
        Case(
            values: "tags: {front: false, back: true}", given: "{}",
            dependencies: "dependencies: [{name: sub, version: 0.x, tags: [front, back]}, {name: other, version: 0.x, condition: 'other.enabled,global.other', tags: [back]}]\n",
            subcharts: [("sub", "x: 1\nt: {z: 1}\n", ""), ("other", "k: 1", "")],
            merged: "{\"other\":{\"global\":{},\"k\":1},\"sub\":{\"global\":{},\"t\":{\"z\":1},\"x\":1},\"tags\":{\"back\":true,\"front\":false}}", rendered: "other,sub"),
        Case(
            values: "tags: {front: false, back: false}", given: "{\"global\": {\"other\": true}}",
            dependencies: "dependencies: [{name: sub, version: 0.x, tags: [front, back]}, {name: other, version: 0.x, condition: 'other.enabled,global.other', tags: [back]}]\n",
            subcharts: [("sub", "x: 1\nt: {z: 1}\n", ""), ("other", "k: 1", "")],
            merged: "{\"global\":{\"other\":true},\"other\":{\"global\":{\"other\":true},\"k\":1},\"tags\":{\"back\":false,\"front\":false}}", rendered: "other"),
        Case(
            values: "", given: "{\"other\": {\"enabled\": false}, \"global\": {\"other\": true}}",
            dependencies: "dependencies: [{name: sub, version: 0.x, tags: [front, back]}, {name: other, version: 0.x, condition: 'other.enabled,global.other', tags: [back]}]\n",
            subcharts: [("sub", "x: 1\nt: {z: 1}\n", ""), ("other", "k: 1", "")],
            merged: "{\"global\":{\"other\":true},\"other\":{\"enabled\":false},\"sub\":{\"global\":{\"other\":true},\"t\":{\"z\":1},\"x\":1}}", rendered: "sub"),
        Case(
            values: "my: {place: {v: 0}}", given: "{}",
            dependencies: "dependencies: [{name: sub, version: 0.x, import-values: [data, {child: deep.er, parent: my.place}, nope]}]\n",
            subcharts: [("sub", "exports: {data: {imported: {p: 1}}}\ndeep: {er: {v: 1, w: 2}}\n", "")],
            merged: "{\"imported\":{\"p\":1},\"my\":{\"place\":{\"v\":0,\"w\":2}},\"sub\":{\"deep\":{\"er\":{\"v\":1,\"w\":2}},\"exports\":{\"data\":{\"imported\":{\"p\":1}}},\"global\":{}}}", rendered: "sub"),
        Case(
            values: "imported: {p: 2, r: null}", given: "{\"imported\": {\"q\": 3}}",
            dependencies: "dependencies: [{name: sub, version: 0.x, import-values: [data, {child: deep.er, parent: my.place}, nope]}]\n",
            subcharts: [("sub", "exports: {data: {imported: {p: 1, q: 1, r: 1}}}\n", "")],
            merged: "{\"imported\":{\"p\":2,\"q\":3},\"sub\":{\"exports\":{\"data\":{\"imported\":{\"p\":1,\"q\":1,\"r\":1}}},\"global\":{}}}", rendered: "sub"),
        Case(
            values: "", given: "{\"sub\": {\"leaf\": {\"enabled\": false}}}",
            dependencies: "dependencies: [{name: sub, version: 0.x}]\n",
            subcharts: [("sub", "leaf: {enabled: true}", "dependencies: [{name: leaf, version: 0.x, condition: leaf.enabled}]\n")],
            merged: "{\"sub\":{\"global\":{},\"leaf\":{\"enabled\":false}}}", rendered: "sub")
    ]

    @Test(arguments: cases)
    func merges(one: Case) throws {
        var files = [
            ChartFile(path: "Chart.yaml", text: "apiVersion: v2\nname: c\nversion: 0.1.0\n" + one.dependencies),
            ChartFile(path: "values.yaml", text: one.values), ChartFile(path: "templates/NOTES.txt", text: "{{ .Values | toJson }}"),
        ]
        for subchart in one.subcharts {
            let folder = "charts/\(subchart.name)"
            files += [
                ChartFile(path: "\(folder)/Chart.yaml", text: "apiVersion: v2\nname: \(subchart.name)\nversion: 0.1.0\n" + subchart.more),
                ChartFile(path: "\(folder)/values.yaml", text: subchart.values),
                ChartFile(path: "\(folder)/templates/x.yaml", text: "# {{ .Chart.Name }}"),
            ]
        }
        let result = try render(
            try Chart.load(files: files), values: [try JSON.parse(one.given)], release: ReleaseOptions(name: "rel", namespace: "ns"),
            environment: .fixed)
        #expect(result.notes == one.merged)
        let names = result.manifests.map { $0.text.replacing("# ", with: "").replacing("\n", with: "") }
        #expect(names.joined(separator: ",") == one.rendered)
    }
}
