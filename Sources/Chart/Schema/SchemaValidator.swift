internal import Document
internal import Template

/// Holds a value against a compiled schema.
///
/// First asks only whether it fits, which most values do; the tree of faults is made
/// in a second pass. Members are visited in the order of their names where that shows.
struct SchemaValidator {
    /// What a schema asks for more than any real chart does.
    struct Exhausted: Error {
        var message: String
    }

    static let depthLimit = 2000
    static let stepLimit = 1_000_000

    let schema: CompiledSchema
    /// With faults, or only whether there are any.
    var isExplaining: Bool
    /// Schemas inside a checked schema that have a dialect of their own, by where they lie;
    /// only where a schema is checked against its metaschema.
    var dialects: [String: Int] = [:]
    /// The metaschema that a schema at this place is checked with.
    var meta: Int?

    var path: [String] = []
    private var scopes: [Scope] = []
    private let limit: Int
    private var steps = 0
    private var depth = 0
    private static let unexplained = SchemaFault(.group, at: [])

    init(_ schema: CompiledSchema, explaining: Bool, steps: Int) {
        self.schema = schema
        limit = steps
        isExplaining = explaining
    }

    /// A schema on the way to the one at work.
    private struct Scope {
        var node: Int
        /// "$ref" where the way jumped.
        var keyword: String
        /// Counts values on the way: equal for schemas that look at the same value.
        var value: Int
    }

    /// The faults of a value, none when it fits.
    static func faults(
        _ schema: CompiledSchema, root: Int = 0, _ value: Datum, dialects: [String: Int] = [:], steps: Int = stepLimit
    ) throws(Exhausted) -> [SchemaFault] {
        var quick = SchemaValidator(schema, explaining: false, steps: steps)
        quick.dialects = dialects
        quick.meta = root
        guard try quick.validateRoot(root, value) != nil else { return [] }
        var thorough = SchemaValidator(schema, explaining: true, steps: steps)
        thorough.dialects = dialects
        thorough.meta = root
        return try thorough.validateRoot(root, value)?.parts ?? []
    }

    mutating func validateRoot(_ node: Int, _ value: Datum) throws(Exhausted) -> SchemaFault? {
        scopes = [Scope(node: node, keyword: "", value: 0)]
        var unevaluated = Unevaluated(value, schema[node], isNeeded: false)
        return try validate(node, value, &unevaluated)
    }

    // MARK: on the way down

    /// Holds the value at hand against another schema, too.
    mutating func validateSame(
        _ node: Int, _ value: Datum, _ unevaluated: inout Unevaluated, keyword: String = "", quietly: Bool = false
    ) throws(Exhausted) -> SchemaFault? {
        let node = dialectNode(node)
        var inner = Unevaluated(value, schema[node], isNeeded: !unevaluated.isEmpty)
        scopes.append(Scope(node: node, keyword: keyword, value: scopes.last?.value ?? 0))
        let before = (isExplaining, meta)
        if quietly { isExplaining = false }
        defer {
            scopes.removeLast()
            isExplaining = before.0
            meta = before.1
        }
        if dialects.isEmpty == false, isMeta(node) { meta = node }
        let fault = try validate(node, value, &inner)
        if fault == nil { unevaluated.formIntersection(inner) }
        return fault
    }

    /// Holds a member or an item against a schema.
    mutating func validateInner(_ node: Int, _ value: Datum, at token: @autoclosure () -> String) throws(Exhausted) -> SchemaFault? {
        let hasPath = isExplaining || !dialects.isEmpty
        if hasPath { path.append(token()) }
        let before = meta
        let node = dialectNode(node)
        if dialects.isEmpty == false, isMeta(node) { meta = node }
        var unevaluated = Unevaluated(value, schema[node], isNeeded: false)
        scopes.append(Scope(node: node, keyword: "", value: (scopes.last?.value ?? 0) &+ 1))
        defer {
            scopes.removeLast()
            meta = before
            if hasPath { path.removeLast() }
        }
        return try validate(node, value, &unevaluated)
    }

    /// Holds a value that stands for itself against a schema: the name of a member.
    mutating func validateApart(_ node: Int, _ value: Datum) throws(Exhausted) -> SchemaFault? {
        let before = (path, scopes)
        path = []
        defer { (path, scopes) = before }
        return try validateRoot(node, value)
    }

    /// A schema inside a schema may name another draft: then that draft's metaschema is meant.
    private func dialectNode(_ node: Int) -> Int {
        guard !dialects.isEmpty, node == meta else { return node }
        return dialects[path.map { "/" + SchemaPointer.escaped($0) }.joined()] ?? node
    }

    private func isMeta(_ node: Int) -> Bool { dialects.values.contains(node) }

    // MARK: one schema

    private mutating func validate(_ index: Int, _ value: Datum, _ unevaluated: inout Unevaluated) throws(Exhausted) -> SchemaFault? {
        guard let node = schema[index] else { return nil }
        steps &+= 1
        guard steps <= limit else {
            throw Exhausted(message: "unable to validate schema: it takes more than \(limit) steps")
        }
        depth &+= 1
        defer { depth &-= 1 }
        guard depth <= Self.depthLimit else {
            throw Exhausted(message: "unable to validate schema: it leads more than \(Self.depthLimit) schemas deep")
        }
        if let always = node.rules.always { return always ? nil : fault("false schema") }
        if let cycle = cycle() { return cycle }
        if let fault = simpleFault(node, value) { return fault }
        var faults: [SchemaFault] = []
        if let ref = node.rules.ref {
            let fault = try reference(ref, value, &unevaluated, "$ref")
            if node.rules.draft < .v2019 { return fault }
            if let fault { faults.append(fault) }
        }
        if faults.isEmpty || isExplaining {
            switch value {
            case .map(let map): if let rules = node.objects { try check(map, value, node, rules, &unevaluated, &faults) }
            case .list(let items, _): if let rules = node.arrays { try check(items, node, rules, &unevaluated, &faults) }
            case .string(let text): if let rules = node.strings { check(text, rules, &faults) }
            case .int, .float: if let rules = node.numbers { check(value, rules, &faults) }
            default: break
            }
        }
        if faults.isEmpty || isExplaining {
            if node.rules.draft >= .v2019 { try checkReferences(node, value, &unevaluated, &faults) }
            try checkConditions(node, value, &unevaluated, &faults)
            if node.rules.draft >= .v2019 { try checkUnevaluated(node, value, &unevaluated, &faults) }
        }
        return SchemaFault.joined(faults, at: path)
    }

    /// A fault, if anyone wants to see it.
    func fault(_ message: @autoclosure () -> String, causes: [SchemaFault] = []) -> SchemaFault {
        isExplaining ? SchemaFault(.message(message()), at: path, causes: causes) : Self.unexplained
    }

    /// Type, constants and format: the first that fails ends the check.
    private func simpleFault(_ node: SchemaNode, _ value: Datum) -> SchemaFault? {
        let rules = node.rules
        let type = SchemaTypes(of: value)
        if type.isEmpty { return fault("invalid jsonType \(value.typeName)") }
        if let types = rules.types, !types.isEmpty {
            let fits = !types.isDisjoint(with: type) || (types.contains(.integer) && type == .number && value.isWhole)
            if !fits { return fault("got \(type.text), want \(types.text)") }
        }
        if let const = rules.const, !value.equals(const) {
            return fault(SchemaTypes(of: const).isDisjoint(with: [.array, .object]) ? "value must be \(SchemaFault.shown(const))" : "'const' failed")
        }
        if let choices = rules.enumeration, !choices.contains(where: { value.equals($0) }) {
            return fault(Self.enumeration(choices))
        }
        if let format = rules.format, case .string(let text) = value, let problem = format.problem(text) {
            return fault("\(SchemaFault.shown(value)) is not valid \(format.name): \(problem)")
        }
        return nil
    }

    private static func enumeration(_ choices: [SchemaValue]) -> String {
        guard choices.allSatisfy({ SchemaTypes(of: $0).isDisjoint(with: [.array, .object]) }) else { return "'enum' failed" }
        if choices.count == 1, let only = choices.first { return "value must be \(SchemaFault.shown(only))" }
        return "value must be one of " + choices.map(SchemaFault.shown).joined(separator: ", ")
    }

    // MARK: references

    /// The fault of a schema that came to itself without a step further into the value.
    private func cycle() -> SchemaFault? {
        guard let last = scopes.last else { return nil }
        var index = scopes.count - 2
        while index >= 0, scopes[index].value == last.value {
            if scopes[index].node == last.node {
                let first = keywordLocation(index), second = keywordLocation(scopes.count - 1)
                let location = schema[last.node]?.rules.location ?? ""
                return fault("both \(second) and \(first) resolve to \(goQuoted(location)) causing reference cycle")
            }
            index -= 1
        }
        return nil
    }

    /// The keywords on the way to a scope.
    private func keywordLocation(_ end: Int) -> String {
        var text = ""
        guard end > 0 else { return text }
        for index in 1...end {
            let scope = scopes[index]
            if !scope.keyword.isEmpty {
                text += "/" + scope.keyword
            } else {
                let own = schema[scope.node]?.rules.location ?? "", parent = schema[scopes[index - 1].node]?.rules.location ?? ""
                text += own.hasPrefix(parent) ? String(own.dropFirst(parent.count)) : ""
            }
        }
        return text
    }

    private mutating func reference(
        _ target: Int, _ value: Datum, _ unevaluated: inout Unevaluated, _ keyword: String
    ) throws(Exhausted) -> SchemaFault? {
        guard let fault = try validateSame(target, value, &unevaluated, keyword: keyword) else { return nil }
        return isExplaining ? SchemaFault(.reference, at: path, causes: fault.parts) : fault
    }

    private mutating func checkReferences(
        _ node: SchemaNode, _ value: Datum, _ unevaluated: inout Unevaluated, _ faults: inout [SchemaFault]
    ) throws(Exhausted) {
        if var target = node.rules.recursiveRef {
            if schema[target]?.rules.isRecursiveAnchor == true {
                // The outermost resource on the way that allows it.
                for scope in scopes.reversed() {
                    guard let resource = schema[scope.node]?.rules.resource, schema[resource]?.rules.isRecursiveAnchor == true else { continue }
                    target = resource
                }
            }
            if let fault = try reference(target, value, &unevaluated, "$recursiveRef") { faults.append(fault) }
        }
        if let dynamic = node.rules.dynamicRef {
            var target = dynamic.target
            if let anchor = dynamic.anchor, schema[target]?.rules.dynamicAnchor == anchor {
                for scope in scopes.reversed() {
                    guard let resource = schema[scope.node]?.rules.resource,
                        let found = schema[resource]?.rules.dynamicAnchors[anchor]
                    else { continue }
                    target = found
                }
            }
            if let fault = try reference(target, value, &unevaluated, "$dynamicRef") { faults.append(fault) }
        }
    }
}

/// What of an object or array no keyword has looked at yet; kept only where
/// `unevaluatedProperties` or `unevaluatedItems` will ask.
struct Unevaluated {
    var properties: Set<String> = []
    var items: Set<Int> = []

    init(_ value: Datum, _ node: SchemaNode?, isNeeded: Bool) {
        guard let rules = node?.rules else { return }
        switch value {
        case .map(let map):
            guard isNeeded || rules.unevaluatedProperties != nil, !rules.evaluatesAllProperties else { return }
            properties = Set(map.storage.keys)
        case .list(let list, _):
            guard isNeeded || rules.unevaluatedItems != nil, !rules.evaluatesAllItems else { return }
            items = Set(list.indices.dropFirst(rules.evaluatedItems))
        default: break
        }
    }

    var isEmpty: Bool { properties.isEmpty && items.isEmpty }

    mutating func formIntersection(_ other: Unevaluated) {
        if !properties.isEmpty { properties.formIntersection(other.properties) }
        if !items.isEmpty { items.formIntersection(other.items) }
    }
}
