internal import RegularExpression
internal import Template

extension SchemaValidator {
    // MARK: objects

    mutating func check(
        _ map: DatumMap, _ value: Datum, _ node: SchemaNode, _ rules: ObjectRules, _ unevaluated: inout Unevaluated,
        _ faults: inout [SchemaFault]
    ) throws(Exhausted) {
        if let limit = rules.minProperties, map.count < limit {
            faults.append(fault("minProperties: got \(ExactNumber.localized(map.count)), want \(ExactNumber.localized(limit))"))
        }
        if let limit = rules.maxProperties, map.count > limit {
            faults.append(fault("maxProperties: got \(ExactNumber.localized(map.count)), want \(ExactNumber.localized(limit))"))
        }
        let missing = rules.required.filter { map[$0] == nil }
        if !missing.isEmpty {
            faults.append(fault("missing \(missing.count == 1 ? "property" : "properties") \(SchemaFault.quoted(missing))"))
        }
        if !isExplaining, !faults.isEmpty { return }
        for (name, rule) in rules.dependencies where map[name] != nil {
            switch rule {
            case .required(let names): require(names, of: map, for: name, &faults)
            case .schema(let schema): if let fault = try validateSame(schema, value, &unevaluated) { faults.append(fault) }
            }
        }
        try checkMembers(map, rules, &unevaluated, &faults)
        if let schema = rules.names {
            for name in isExplaining ? map.sortedKeys : Array(map.storage.keys) {
                guard let found = try validateApart(schema, .string(name)) else { continue }
                // The error has no place of its own.
                faults.append(SchemaFault(.message("invalid propertyName \(SchemaFault.quoted(name))"), at: [], causes: found.parts))
            }
        }
        for (name, schema) in rules.dependentSchemas where map[name] != nil {
            if let fault = try validateSame(schema, value, &unevaluated) { faults.append(fault) }
        }
        for (name, names) in rules.dependentRequired where map[name] != nil { require(names, of: map, for: name, &faults) }
    }

    private func require(_ names: [String], of map: DatumMap, for name: String, _ faults: inout [SchemaFault]) {
        let missing = names.filter { map[$0] == nil }
        guard !missing.isEmpty else { return }
        faults.append(fault("properties \(SchemaFault.quoted(missing)) required, if \(SchemaFault.quoted(name)) exists"))
    }

    /// `properties`, `patternProperties` and `additionalProperties`.
    private mutating func checkMembers(
        _ map: DatumMap, _ rules: ObjectRules, _ unevaluated: inout Unevaluated, _ faults: inout [SchemaFault]
    ) throws(Exhausted) {
        guard !rules.properties.isEmpty || !rules.patterns.isEmpty || rules.additional != nil else { return }
        if isExplaining {
            var refused: [String] = []
            for name in map.sortedKeys {
                guard let member = map[name] else { continue }
                try check(member, named: name, rules, &unevaluated, &faults, &refused)
            }
            if !refused.isEmpty { faults.append(fault("additional properties \(SchemaFault.quoted(refused)) not allowed")) }
        } else {
            for (name, member) in map.storage {
                var refused: [String] = []
                try check(member, named: name, rules, &unevaluated, &faults, &refused)
                if !refused.isEmpty { faults.append(fault("")) }
                if !faults.isEmpty { return }
            }
        }
    }

    private mutating func check(
        _ member: Datum, named name: String, _ rules: ObjectRules, _ unevaluated: inout Unevaluated,
        _ faults: inout [SchemaFault], _ refused: inout [String]
    ) throws(Exhausted) {
        var isEvaluated = false
        if let schema = rules.properties[name] {
            isEvaluated = true
            if let fault = try validateInner(schema, member, at: name) { faults.append(fault) }
        }
        for (pattern, schema) in rules.patterns where pattern.matches(name) {
            isEvaluated = true
            if let fault = try validateInner(schema, member, at: name) { faults.append(fault) }
        }
        if !isEvaluated {
            switch rules.additional {
            case nil: return
            case .allowed?: break
            case .refused?: refused.append(name)
            case .schema(let schema)?: if let fault = try validateInner(schema, member, at: name) { faults.append(fault) }
            }
        }
        if !unevaluated.properties.isEmpty { unevaluated.properties.remove(name) }
    }

    // MARK: arrays

    mutating func check(
        _ items: [Datum], _ node: SchemaNode, _ rules: ArrayRules, _ unevaluated: inout Unevaluated, _ faults: inout [SchemaFault]
    ) throws(Exhausted) {
        if let limit = rules.minItems, items.count < limit {
            faults.append(fault("minItems: got \(ExactNumber.localized(items.count)), want \(ExactNumber.localized(limit))"))
        }
        if let limit = rules.maxItems, items.count > limit {
            faults.append(fault("maxItems: got \(ExactNumber.localized(items.count)), want \(ExactNumber.localized(limit))"))
        }
        if rules.isUnique, let (first, second) = Datum.firstEqual(items) {
            faults.append(fault("items at \(ExactNumber.localized(first)) and \(ExactNumber.localized(second)) are equal"))
        }
        for (index, schema) in rules.prefix.enumerated() where items.indices.contains(index) {
            if let fault = try validateInner(schema, items[index], at: "\(index)") { faults.append(fault) }
            if !isExplaining, !faults.isEmpty { return }
        }
        let rest = items.indices.dropFirst(rules.prefix.count)
        switch rules.rest {
        case nil, .allowed?: break
        case .refused?:
            if !rest.isEmpty { faults.append(fault("last \(ExactNumber.localized(rest.count)) additionalItem(s) not allowed")) }
        case .schema(let schema)?:
            for (place, index) in rest.enumerated() {
                // Helm counts these from the first one, not from the beginning of the array.
                if let fault = try validateInner(schema, items[index], at: "\(place)") { faults.append(fault) }
                if !isExplaining, !faults.isEmpty { return }
            }
        }
        if let schema = rules.contains { try checkContains(schema, items, node, rules, &unevaluated, &faults) }
    }

    private mutating func checkContains(
        _ schema: Int, _ items: [Datum], _ node: SchemaNode, _ rules: ArrayRules, _ unevaluated: inout Unevaluated,
        _ faults: inout [SchemaFault]
    ) throws(Exhausted) {
        var causes: [SchemaFault] = []
        var matched: [Int] = []
        for (index, item) in items.enumerated() {
            if let fault = try validateInner(schema, item, at: "\(index)") {
                causes.append(fault)
            } else {
                matched.append(index)
                if node.rules.draft >= .v2020 { unevaluated.items.remove(index) }
            }
        }
        func places() -> String { matched.map { "\($0)" }.joined(separator: " ") }
        if let limit = rules.minContains {
            if matched.count < limit {
                let found = matched.isEmpty ? "none matched" : "matched \(ExactNumber.localized(matched.count)) items at \(places())"
                faults.append(fault("min \(ExactNumber.localized(limit)) items required to match contains schema, but \(found)", causes: causes))
            }
        } else if matched.isEmpty {
            faults.append(fault("no items match contains schema", causes: causes))
        }
        if let limit = rules.maxContains, matched.count > limit {
            faults.append(fault(
                "max \(ExactNumber.localized(limit)) items required to match contains schema, "
                    + "but matched \(ExactNumber.localized(matched.count)) items at \(places())"))
        }
    }

    // MARK: scalars

    func check(_ text: String, _ rules: StringRules, _ faults: inout [SchemaFault]) {
        if rules.minLength != nil || rules.maxLength != nil {
            let length = text.unicodeScalars.count
            if let limit = rules.minLength, length < limit {
                faults.append(fault("minLength: got \(ExactNumber.localized(length)), want \(ExactNumber.localized(limit))"))
            }
            if let limit = rules.maxLength, length > limit {
                faults.append(fault("maxLength: got \(ExactNumber.localized(length)), want \(ExactNumber.localized(limit))"))
            }
        }
        if let pattern = rules.pattern, !pattern.matches(text) {
            faults.append(fault("\(SchemaFault.quoted(text)) does not match pattern \(SchemaFault.quoted(pattern.source))"))
        }
    }

    func check(_ value: Datum, _ rules: NumberRules, _ faults: inout [SchemaFault]) {
        guard let number = ExactNumber(value) else { return }
        func add(_ keyword: String, _ limit: ExactNumber) {
            faults.append(fault("\(keyword): got \(ExactNumber.localized(number.double)), want \(ExactNumber.localized(limit.double))"))
        }
        if let limit = rules.minimum, number.compare(limit) < 0 { add("minimum", limit) }
        if let limit = rules.maximum, number.compare(limit) > 0 { add("maximum", limit) }
        if let limit = rules.exclusiveMinimum, number.compare(limit) <= 0 { add("exclusiveMinimum", limit) }
        if let limit = rules.exclusiveMaximum, number.compare(limit) >= 0 { add("exclusiveMaximum", limit) }
        if let divisor = rules.multipleOf, !number.isMultiple(of: divisor) { add("multipleOf", divisor) }
    }

    // MARK: combinations

    mutating func checkConditions(
        _ node: SchemaNode, _ value: Datum, _ unevaluated: inout Unevaluated, _ faults: inout [SchemaFault]
    ) throws(Exhausted) {
        if let schema = node.rules.not, try validateSame(schema, value, &unevaluated, quietly: true) == nil {
            faults.append(fault("'not' failed"))
        }
        if !node.rules.allOf.isEmpty {
            var causes: [SchemaFault] = []
            for schema in node.rules.allOf {
                guard let fault = try validateSame(schema, value, &unevaluated) else { continue }
                causes.append(fault)
                if !isExplaining { break }
            }
            if !causes.isEmpty { faults.append(fault("'allOf' failed", causes: causes)) }
        }
        if !node.rules.anyOf.isEmpty {
            var causes: [SchemaFault] = []
            var isMatched = false
            for schema in node.rules.anyOf {
                if let fault = try validateSame(schema, value, &unevaluated) {
                    causes.append(fault)
                } else {
                    isMatched = true
                    // The others may look at more of the value.
                    if unevaluated.isEmpty { break }
                }
            }
            if !isMatched { faults.append(fault("'anyOf' failed", causes: causes)) }
        }
        try checkOneOf(node.rules.oneOf, value, &unevaluated, &faults)
        if let condition = node.rules.condition {
            let branch = try validateSame(condition, value, &unevaluated, quietly: true) == nil ? node.rules.then : node.rules.otherwise
            if let branch, let fault = try validateSame(branch, value, &unevaluated) { faults.append(fault) }
        }
    }

    private mutating func checkOneOf(
        _ schemas: [Int], _ value: Datum, _ unevaluated: inout Unevaluated, _ faults: inout [SchemaFault]
    ) throws(Exhausted) {
        guard !schemas.isEmpty else { return }
        var causes: [SchemaFault] = []
        var matched: Int?
        for (index, schema) in schemas.enumerated() {
            if let fault = try validateSame(schema, value, &unevaluated, quietly: matched != nil) {
                causes.append(fault)
            } else if let first = matched {
                faults.append(fault(
                    "'oneOf' failed, subschemas \(ExactNumber.localized(first)), \(ExactNumber.localized(index)) matched"))
                return
            } else {
                matched = index
            }
        }
        if matched == nil { faults.append(fault("'oneOf' failed, none matched", causes: causes)) }
    }

    mutating func checkUnevaluated(
        _ node: SchemaNode, _ value: Datum, _ unevaluated: inout Unevaluated, _ faults: inout [SchemaFault]
    ) throws(Exhausted) {
        if let schema = node.rules.unevaluatedProperties, case .map(let map) = value {
            for name in unevaluated.properties.sorted(by: goLess) {
                guard let member = map[name] else { continue }
                if let fault = try validateInner(schema, member, at: name) { faults.append(fault) }
            }
            unevaluated.properties = []
        }
        if let schema = node.rules.unevaluatedItems, case .list(let items, _) = value {
            for index in unevaluated.items.sorted() where items.indices.contains(index) {
                if let fault = try validateInner(schema, items[index], at: "\(index)") { faults.append(fault) }
            }
            unevaluated.items = []
        }
    }
}
