import Document
import Kubernetes
import Testing

@Suite struct SchemaCheckTests {
    static let pod = ["spec", "template", "spec"]

    @Test(arguments: [
        (
            "{spec: {template: {spec: {containers: [{name: a, imge: x}]}}}}",
            ["spec.template.spec.containers[0].imge: unknown field, did you mean \"image\"?"]
        ),
        ("{spec: {replicas: '3'}}", ["spec.replicas: expected integer, found string"]),
        ("{spec: {replicas: 3000000000}}", ["spec.replicas: expected integer, found number"]),
        ("{spec: {replicas: 1.5}}", ["spec.replicas: expected integer, found number 1.5"]),
        ("{spec: {paused: 'yes'}}", ["spec.paused: expected boolean, found string"]),
        ("{spec: {selector: []}}", ["spec.selector: expected object, found array"]),
        ("{spec: {template: {spec: {containers: {a: b}}}}}", ["spec.template.spec.containers: expected array, found object"]),
        ("{metadata: {labels: {version: 1}}}", ["metadata.labels.version: expected string, found number"]),
        (
            "{spec: {template: {spec: {containers: [{name: a, resources: {limits: {cpu: lots, memory: 1Gi}}}]}}}}",
            [
                "spec.template.spec.containers[0].resources.limits.cpu: \"lots\" is invalid: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            ]
        ),
        (
            "{spec: {template: {spec: {containers: [{name: a, env: [{name: X, value: a}, {name: X, value: b}]}]}}}}",
            ["spec.template.spec.containers[0].env[1]: duplicate entries for key [name=\"X\"]"]
        ),
        ("{spec: {template: {spec: {containers: [{name: a, livenessProbe: {httpGet: {port: http}}}]}}}}", []),
        ("{spec: {strategy: {rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}}}}", []),
        ("{spec: {replicas: null, template: {metadata: {creationTimestamp: null}}}}", []),
        ("{spec: {template: {spec: {nodeSelector: {disk: true}}}}}", ["spec.template.spec.nodeSelector.disk: expected string, found bool"]),
        ("{wrong: 1}", ["wrong: unknown field"]),
    ])
    func builtIn(text: String, expected: [String]) throws {
        let schema = try #require(Schema.builtIn(for: GroupVersionKind(apiVersion: "apps/v1", kind: "Deployment")))
        #expect(try schema.problems(in: yaml(text)).map(\.description) == expected)
    }

    @Test func theServersWords() throws {
        let schema = try #require(Schema.builtIn(for: GroupVersionKind(apiVersion: "apps/v1", kind: "Deployment")))
        let problems = try schema.problems(in: yaml("{spec: {replicas: x, template: {spec: {containers: [{imge: a}]}}}}"))
        #expect(
            problems.map(\.decodingText) == [
                "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
                "strict decoding error: unknown field \"spec.template.spec.containers[0].imge\"",
            ])
    }

    @Test func requiredFieldsOnDemand() throws {
        let schema = try #require(Schema.builtIn(for: GroupVersionKind(apiVersion: "v1", kind: "Pod")))
        var checks = SchemaChecks()
        #expect(try schema.problems(in: yaml("{spec: {}}"), checks: checks).isEmpty)
        checks.requiresFields = true
        #expect(try schema.problems(in: yaml("{spec: {}}"), checks: checks).map(\.serverText) == ["spec.containers: Required value"])
    }

    static let widget = """
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [size]
            properties:
              size: {type: integer, format: int32, minimum: 1, maximum: 9}
              color: {type: string, enum: [red, blue], default: red}
              name: {type: string, minLength: 2, maxLength: 4, pattern: '^[a-z]+$'}
              port: {x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}
              free: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {known: {type: object, properties: {a: {type: string}}}}}
              tags: {type: object, additionalProperties: {type: string}}
              template: {type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true}
              items:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                maxItems: 3
                items:
                  type: object
                  required: [name]
                  properties: {name: {type: string}, weight: {type: integer, default: 1}}
              set: {type: array, x-kubernetes-list-type: set, items: {type: string}}
              whole: {type: object, x-kubernetes-map-type: atomic, properties: {a: {type: string}}}
              maybe: {type: string, nullable: true}
              when: {type: string, format: date-time}
              either: {type: object, properties: {a: {type: string}, b: {type: string}}, oneOf: [{required: [a]}, {required: [b]}]}
        """

    static func schema() throws -> Schema { try #require(Schema(openAPIV3: yaml(widget))) }

    @Test(arguments: [
        ("{apiVersion: x/v1, kind: Widget, metadata: {name: a}, spec: {size: 3}}", []),
        ("{spec: {}}", ["spec.size: Required value"]),
        ("{}", ["spec: Required value"]),
        ("{spec: {size: 0}}", ["spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"]),
        ("{spec: {size: 10}}", ["spec.size: Invalid value: 10: spec.size in body should be less than or equal to 9"]),
        ("{spec: {size: big}}", ["spec.size: Invalid value: \"string\": spec.size in body must be of type integer: \"string\""]),
        ("{spec: {size: 1, color: green}}", ["spec.color: Unsupported value: \"green\": supported values: \"blue\", \"red\""]),
        ("{spec: {size: 1, name: a}}", ["spec.name: Invalid value: \"a\": spec.name in body should be at least 2 chars long"]),
        ("{spec: {size: 1, name: abcde}}", ["spec.name: Invalid value: \"abcde\": may not be more than 4 bytes"]),
        ("{spec: {size: 1, name: A1}}", ["spec.name: Invalid value: \"A1\": spec.name in body should match '^[a-z]+$'"]),
        ("{spec: {size: 1, port: 80}}", []), ("{spec: {size: 1, port: http}}", []),
        ("{spec: {size: 1, free: {x: 1, known: {a: b}}}}", []),
        ("{spec: {size: 1, free: {known: {z: 1}}}}", ["unknown field \"spec.free.known.z\""]),
        ("{spec: {size: 1, tags: {a: 1}}}", ["spec.tags.a: Invalid value: \"number\": spec.tags.a in body must be of type string: \"number\""]),
        ("{spec: {size: 1, items: [{name: a}, {name: a}]}}", ["spec.items[1]: Duplicate value: key [name=\"a\"]"]),
        ("{spec: {size: 1, items: [{weight: 2}]}}", ["spec.items[0].name: Required value"]),
        ("{spec: {size: 1, set: [a, a]}}", ["spec.set[1]: Duplicate value: value [=\"a\"]"]),
        ("{spec: {size: 1, maybe: null}}", []),
        ("{spec: {size: 1, color: null}}", ["spec.color: Invalid value: \"null\": spec.color in body must be of type string: \"null\""]),
        ("{spec: {size: 1, when: soon}}", ["spec.when: Invalid value: \"soon\": spec.when in body must be of type date-time: \"soon\""]),
        ("{spec: {size: 1, either: {a: x}}}", []),
        (
            "{spec: {size: 1, either: {}}}",
            ["spec.either: Invalid value: null: \"spec.either\" must validate one and only one schema (oneOf). Found none valid"]
        ),
        ("{spec: {size: 1, sise: 2}}", ["unknown field \"spec.sise\""]),
    ])
    func custom(text: String, expected: [String]) throws {
        var checks = SchemaChecks()
        checks.matchesPattern = { _, text in text.allSatisfy { $0.isLowercase } }
        #expect(try Self.schema().problems(in: yaml(text), checks: checks).map(\.serverText) == expected)
    }

    @Test func prunesAndFills() throws {
        let schema = try Self.schema()
        let value = try yaml(
            "{apiVersion: x/v1, kind: W, metadata: {name: a}, x: 1, spec: {size: 1, y: 2, free: {z: 1}, items: [{name: a, q: 1}], template: {metadata: {name: t}, spec: {a: 1}}}}")
        #expect(
            try schema.defaulted(schema.pruned(value))
                == yaml(
                    "{apiVersion: x/v1, kind: W, metadata: {name: a}, spec: {size: 1, color: red, free: {z: 1}, items: [{name: a, weight: 1}], template: {metadata: {name: t}, spec: {a: 1}}}}"
                ))
    }

    @Test func applyKnowsTheLists() throws {
        let set = try FieldSet(of: yaml("{spec: {items: [{name: a, weight: 2}], set: [x], whole: {a: b}, tags: {k: v}}}"), schema: Self.schema())
        #expect(
            set.paths.map(\.description) == [
                ".spec.items[name=\"a\"]", ".spec.items[name=\"a\"].name", ".spec.items[name=\"a\"].weight", ".spec.set[=\"x\"]",
                ".spec.tags.k", ".spec.whole",
            ])
    }

    @Test func deepSchemasAreRefused() {
        var schema: Value = ["type": "string"]
        for _ in 0..<200 { schema = ["type": "object", "properties": ["a": schema]] }
        #expect(Schema(openAPIV3: schema) == nil)
        #expect(Schema(openAPIV3: "x") == nil)
    }

    @Test(arguments: [
        ("{apiVersion: v1, kind: ConfigMap}", ["metadata.name: is required"]),
        ("{apiVersion: v1, kind: ConfigMap, metadata: {generateName: a-}}", []),
        ("{apiVersion: v1, kind: ConfigMap, metadata: {name: 3}}", ["metadata.name: expected string, found number"]),
        ("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {'-x': v}}}", ["metadata.labels: \"-x\" is invalid: is not a valid label key"]),
        ("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {x: 'a b'}}}", ["metadata.labels.x: \"a b\" is invalid: is not a valid label value"]),
        ("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, dta: {}}", ["dta: unknown field, did you mean \"data\"?"]),
        ("{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: 1}}", ["data.k: expected string, found number"]),
        ("{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {k: '%'}}", ["data.k: \"%\" is invalid: is not base 64"]),
        ("{apiVersion: x/v1, kind: Any, metadata: {name: a, lables: {}}, spec: 1}", ["metadata.lables: unknown field, did you mean \"labels\"?"]),
    ])
    func offline(text: String, expected: [String]) throws {
        let object = try object(text)
        #expect(validate(object, schema: Schema.builtIn(for: object.gvk)).map(\.description) == expected)
    }

    @Test func aWrongNameIsSaidOnce() throws {
        let config = try object("{apiVersion: v1, kind: ConfigMap, metadata: {name: Web}}")
        #expect(validate(config, schema: Schema.builtIn(for: config.gvk)).count == 1)
    }
}
