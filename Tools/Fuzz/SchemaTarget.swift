import Chart
import Document
import HelmAnswers

/// values.schema.json: the schema, then the values it is held against.
enum SchemaTarget: FuzzTarget {
    static let name = "schema"
    static let tokens = [
        "{", "}", "[", "]", ":", ",", "\"", "true", "false", "null", "0", "-1", "1.5", "1e3", "1e400", "{}", "[]", "\"type\":", "\"object\"", "\"array\"",
        "\"string\"", "\"integer\"", "\"number\"", "\"boolean\"", "\"null\"", "\"properties\":{", "\"patternProperties\":{", "\"additionalProperties\":",
        "\"items\":", "\"prefixItems\":[", "\"contains\":", "\"minContains\":", "\"required\":[", "\"enum\":[", "\"const\":", "\"not\":", "\"allOf\":[",
        "\"anyOf\":[", "\"oneOf\":[", "\"if\":", "\"then\":", "\"else\":", "\"$ref\":\"#/definitions/", "\"$ref\":\"#\"", "\"$id\":\"", "\"$anchor\":\"",
        "\"$dynamicRef\":\"", "\"$dynamicAnchor\":\"", "\"$defs\":{", "\"definitions\":{", "\"$schema\":\"http://json-schema.org/draft-07/schema#\"",
        "\"pattern\":\"", "\"format\":\"", "\"minimum\":", "\"multipleOf\":", "\"maxLength\":", "\"uniqueItems\":true", "\"dependencies\":{",
        "\"dependentSchemas\":{", "\"unevaluatedProperties\":", "\"unevaluatedItems\":", "\"propertyNames\":", "~1", "~0", "%25", "date-time", "ipv6",
        "hostname", "uri", "email", "regex", "duration", "json-pointer", "uuid", "\u{1e}",
    ]

    static func seeds(from entry: AnswerCase) -> [[UInt8]] {
        entry.files.filter { $0.path.hasSuffix("values.schema.json") }.map { Sections.join([$0.text, JSON.text(entry.values)]) }
    }

    static var ownSeeds: [[UInt8]] {
        [
            Sections.join([
                """
                {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "minimum": 1, "multipleOf": 2},
                "l": {"items": {"$ref": "#/definitions/x"}, "uniqueItems": true}}, "definitions": {"x": {"anyOf": [{"type": "string",
                "pattern": "^a+$", "format": "hostname"}, {"enum": [1, null]}]}}, "additionalProperties": false}
                """, "a: 2\nl: [aaa, 1]\n",
            ]),
            Sections.join(["{\"$ref\": \"#\"}", "{}"]),
        ]
    }

    static func run(_ input: [UInt8]) {
        let sections = Sections.split(input, atMost: 2)
        guard sections.count == 2, let values = try? YAML.parse(sections[1], file: "", options: .values) else { return }
        let chart = try? Chart.load(files: [
            ChartFile(path: "Chart.yaml", text: plainChart), ChartFile(path: "values.schema.json", bytes: sections[0]),
        ])
        guard let chart else { return }
        Rendering.text(chart, values: [values])
    }
}
