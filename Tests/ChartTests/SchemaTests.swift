import Basics
import Document
import Template
import Testing

@testable import Chart

/// What a schema from outside must not do to us; what schemas mean is in the tables of Helm's answers.
@Suite("Values schemas")
struct SchemaTests {
    private static func error(_ schema: String, _ values: Value = .mapping(Mapping()), skips: Bool = false) throws -> String? {
        let chart = try Chart.load(files: [
            ChartFile(path: "Chart.yaml", text: "apiVersion: v2\nname: c\nversion: 0.1.0\n"),
            ChartFile(path: "values.schema.json", text: schema),
        ])
        let release = ReleaseOptions(name: "rel", namespace: "demo", skipsSchemaValidation: skips)
        do throws(ChartError) {
            _ = try render(chart, values: [values], release: release, environment: RenderEnvironment(now: Timestamp(milliseconds: 0), random: RandomSource(seed: 1)))
            return nil
        } catch {
            return error.message
        }
    }

    @Test("A schema that leads only to itself is an error", arguments: [
        ##"{"$ref": "#"}"##,
        ##"{"allOf": [{"$ref": "#"}]}"##,
        ##"{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"anyOf": [{"$ref": "#/$defs/a"}]}}}"##,
        ##"{"$dynamicRef": "#x", "$dynamicAnchor": "x"}"##,
        ##"{"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveRef": "#", "$recursiveAnchor": true}"##,
        ##"{"$schema": "http://json-schema.org/draft-07/schema#", "if": {"$ref": "#"}, "then": {"$ref": "#"}, "else": {"$ref": "#"}}"##,
    ])
    func cycles(_ schema: String) throws {
        let error = try #require(try Self.error(schema))
        #expect(error.contains("causing reference cycle"))
    }

    @Test("A schema that leads to itself further inside the value is none")
    func recursion() throws {
        let schema = ##"{"properties": {"a": {"$ref": "#"}}, "additionalProperties": false}"##
        #expect(try Self.error(schema, ["a": ["a": ["a": [:]]]]) == nil)
        let error = try Self.error(schema, ["a": ["a": ["b": 1]]])
        #expect(error?.contains("at '/a/a': additional properties 'b' not allowed") == true)
    }

    @Test("Deep schemas and deep chains of references end in an error")
    func depth() throws {
        let nested = String(repeating: #"{"not": "#, count: 20_000) + "true" + String(repeating: "}", count: 20_000)
        #expect(try Self.error(nested)?.contains("exceeded max depth") == true)
        let chain = (0..<20_000).map { ##""d\##($0)": {"$ref": "#/$defs/d\##($0 + 1)"}"## }.joined(separator: ", ")
        let long = ##"{"$ref": "#/$defs/d0", "$defs": {\##(chain), "d20000": true}}"##
        #expect(try Self.error(long)?.contains("schemas deep") == true)
    }

    @Test("A schema that doubles its work at every step runs out of steps")
    func steps() throws {
        let doubling = (0..<60).map { ##""d\##($0)": {"allOf": [{"$ref": "#/$defs/d\##($0 + 1)"}, {"$ref": "#/$defs/d\##($0 + 1)"}]}"## }
        let text = ##"{"$ref": "#/$defs/d0", "$defs": {\##(doubling.joined(separator: ", ")), "d60": {"type": "object"}}}"##
        let schema = try SchemaCompiler.compile(Array(text.utf8))
        #expect(throws: SchemaValidator.Exhausted.self) { try SchemaValidator.faults(schema, .map(DatumMap()), steps: 10_000) }
    }

    @Test("Numbers of any size", arguments: [
        (#"{"properties": {"a": {"maximum": 1e1000000000000}}}"#, nil),
        (#"{"properties": {"a": {"maximum": -1e999999}}}"#, "maximum: got 7, want -∞"),
        (#"{"properties": {"a": {"minimum": 9223372036854775808}}}"#, "minimum: got 7, want 9.223372036854776×10¹⁸"),
        (#"{"properties": {"a": {"multipleOf": 1e-400}}}"#, nil),
        (#"{"properties": {"a": {"multipleOf": 0.0000000000000000000000000001}}}"#, nil),
        (#"{"properties": {"a": {"multipleOf": 1234567890123456789012345678901234567890}}}"#, "multipleOf: got 7"),
        (#"{"minProperties": 1e999999}"#, nil),
        (#"{"properties": {"a": {"const": 7.000000000000000000000000000000000000001}}}"#, "value must be 7.000000"),
    ])
    func numbers(_ schema: String, _ expected: String?) throws {
        let error = try Self.error(schema, ["a": 7])
        if let expected {
            #expect(error?.contains(expected) == true)
        } else {
            #expect(error == nil)
        }
    }

    @Test("Patterns take time in proportion to the text")
    func patterns() throws {
        let text = String(repeating: "a", count: 50_000)
        let error = try Self.error(#"{"properties": {"a": {"pattern": "^(a+)+$"}}}"#, ["a": .string(text + "!")])
        #expect(error?.contains("does not match pattern '^(a+)+$'") == true)
        #expect(try Self.error(#"{"properties": {"a": {"pattern": "((a{1000}){1000}){1000}"}}}"#, ["a": "x"]) != nil)
    }

    @Test("Nothing is fetched and no file is opened", arguments: [
        ##"{"$ref": "http://127.0.0.1:1/a.json"}"##, ##"{"$ref": "https://example.com/a.json#/b"}"##, ##"{"$ref": "other.json"}"##,
        ##"{"$ref": "file:///etc/hostname"}"##, ##"{"$schema": "http://example.com/draft"}"##, ##"{"$id": "http://a.b/c", "$ref": "d"}"##,
    ])
    func references(_ schema: String) throws {
        let error = try #require(try Self.error(schema))
        #expect(error.contains("failing loading"))
        #expect(error.contains("a schema cannot refer to"))
    }

    @Test("A schema may be skipped")
    func skipping() throws {
        #expect(try Self.error("false", skips: true) == nil)
        #expect(try Self.error("{", skips: true) == nil)
    }

    @Test("A schema compiled before says the same")
    func cache() throws {
        let cache = TemplateCache()
        let chart = try Chart.load(files: [
            ChartFile(path: "Chart.yaml", text: "apiVersion: v2\nname: c\nversion: 0.1.0\n"),
            ChartFile(path: "values.schema.json", text: #"{"required": ["a"]}"#),
        ])
        for _ in 0..<2 {
            let environment = RenderEnvironment(now: Timestamp(milliseconds: 0), random: RandomSource(seed: 1), templates: cache)
            let release = ReleaseOptions(name: "rel", namespace: "demo")
            #expect(throws: ChartError.self) { try render(chart, values: [], release: release, environment: environment) }
            _ = try render(chart, values: [["a": 1]], release: release, environment: environment)
        }
    }

    @Test("Cut and bent schemas neither trap nor hang")
    func bent() throws {
        let whole = ##"""
            {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "http://a.b/c?d#", "$anchor": "x", "$defs": {"a~b": {"type":
            ["string", "null"], "pattern": "^[a-z]{2,3}$", "format": "uri"}}, "properties": {"a": {"$ref": "#/$defs/a~0b"}, "b": {"multipleOf":
            0.1e1, "maximum": -2.5e+3}}, "items": [{"minItems": 1}], "dependencies": {"a": ["b"]}, "unevaluatedProperties": false}
            """##
        let bytes = Array(whole.utf8)
        var random = SystemRandomNumberGenerator()
        for count in stride(from: 0, through: bytes.count, by: 3) {
            _ = try Self.error(String(decoding: bytes[..<count], as: UTF8.self), ["a": "x", "b": 3])
        }
        for _ in 0..<300 {
            var bent = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bent[Int.random(in: bent.indices, using: &random)] = bytes[Int.random(in: bytes.indices, using: &random)]
            }
            _ = try Self.error(String(decoding: bent, as: UTF8.self), ["a": "x", "b": 3])
        }
    }
}
