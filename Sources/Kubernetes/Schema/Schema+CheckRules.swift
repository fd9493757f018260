internal import Basics
internal import Document

/// The validations of OpenAPI v3, in the words of the API server.
extension SchemaChecker {
    mutating func check(_ value: Value, _ rules: SchemaRules, at path: DocumentPath) {
        if let allowed = rules.enumeration, !allowed.contains(value) {
            add(.unsupported(value: value, supported: allowed), path)
        }
        func should(_ text: String) -> FieldProblem.Kind { .invalid(value: value, "\(path) in body should \(text)") }
        switch value {
        case .int, .double:
            for text in numberProblems(value.double ?? 0, rules) { add(should(text), path) }
        case .string(let text):
            let length = Int64(text.unicodeScalars.count)
            if let limit = rules.minLength, length < limit { add(should("be at least \(limit) chars long"), path) }
            if let limit = rules.maxLength, length > limit { add(.invalid(value: value, "may not be more than \(limit) bytes"), path) }
            if let pattern = rules.pattern, let matches = checks.matchesPattern, matches(pattern, text) == false {
                add(should("match '\(pattern)'"), path)
            }
            if let format = rules.format, let problem = formatProblem(text, format) {
                add(.invalid(value: value, "\(path) in body must be of type \(format): \(problem)"), path)
            }
        case .sequence(let items):
            let count = Int64(items.count)
            if let limit = rules.minItems, count < limit { add(should("have at least \(limit) items"), path) }
            if let limit = rules.maxItems, count > limit { add(.invalid(value: nil, "must have at most \(limit) items"), path) }
            if rules.uniqueItems, Set(items).count < items.count { add(.invalid(value: nil, "\(path) in body shouldn't contain duplicates"), path) }
        case .mapping(let mapping):
            let count = Int64(mapping.count)
            if let limit = rules.minProperties, count < limit { add(should("have at least \(limit) properties"), path) }
            if let limit = rules.maxProperties, count > limit { add(.invalid(value: nil, "must have at most \(limit) items"), path) }
        case .null, .bool: break
        }
        checkCombinations(value, rules, at: path)
    }

    private func numberProblems(_ number: Double, _ rules: SchemaRules) -> [String] {
        var problems: [String] = []
        if let limit = rules.minimum {
            if rules.isExclusiveMinimum, number <= limit { problems.append("be greater than \(short(limit))") }
            if !rules.isExclusiveMinimum, number < limit { problems.append("be greater than or equal to \(short(limit))") }
        }
        if let limit = rules.maximum {
            if rules.isExclusiveMaximum, number >= limit { problems.append("be less than \(short(limit))") }
            if !rules.isExclusiveMaximum, number > limit { problems.append("be less than or equal to \(short(limit))") }
        }
        if let factor = rules.multipleOf, factor > 0, (number / factor).rounded() * factor != number {
            problems.append("be a multiple of \(short(factor))")
        }
        return problems
    }

    private func short(_ number: Double) -> String { Int64(exactly: number).map { "\($0)" } ?? "\(number)" }

    /// The formats that real definitions use and the API server checks.
    private func formatProblem(_ text: String, _ format: String) -> String? {
        switch format {
        case "date-time": Timestamp(text) == nil ? JSON.text(.string(text)) : nil
        case "byte": Base64.decode(text) == nil ? JSON.text(.string(text)) : nil
        default: nil
        }
    }

    private mutating func checkCombinations(_ value: Value, _ rules: SchemaRules, at path: DocumentPath) {
        for part in rules.allOf { check(value, part, at: path, owner: "") }
        let checks = checks
        func fits(_ schema: Schema) -> Bool {
            var inner = SchemaChecker(checks: checks)
            inner.check(value, schema, at: path, owner: "")
            return inner.problems.isEmpty
        }
        if !rules.anyOf.isEmpty, !rules.anyOf.contains(where: fits) {
            add(.invalid(value: nil, "\"\(path)\" must validate at least one schema (anyOf)"), path)
        }
        if !rules.oneOf.isEmpty {
            let count = rules.oneOf.count(where: fits)
            if count != 1 {
                let found = count == 0 ? "Found none valid" : "Found \(count) valid alternatives"
                add(.invalid(value: nil, "\"\(path)\" must validate one and only one schema (oneOf). \(found)"), path)
            }
        }
        if rules.not.contains(where: fits) { add(.invalid(value: nil, "\"\(path)\" must not validate the schema (not)"), path) }
    }
}
