internal import Document
internal import Template

/// TOML as BurntSushi/toml writes it: values before tables, tables indented by their depth.
struct TOMLWriter {
    private var output = ""

    static func text(_ value: Datum) throws -> String {
        if value.isNil { throw FunctionError("reflect: call of reflect.Value.Type on zero Value") }
        var writer = TOMLWriter()
        guard case .map(let map) = value else {
            // The library would refuse it, if it looked: Helm gets the bare value.
            try writer.inline(value, depth: 0)
            return writer.output
        }
        try writer.table(map, path: [])
        return writer.output
    }

    private mutating func table(_ map: DatumMap, path: [String]) throws {
        guard path.count < depthOfValues else { throw FunctionError("toml: nested too deeply") }
        var later: [String] = []
        for key in map.sortedKeys {
            guard let value = map[key], !value.isNil else { continue }
            if Self.isTable(value) || Self.tables(value) != nil {
                later.append(key)
                continue
            }
            output += Self.indent(path.count) + Self.name(key) + " = "
            try inline(value, depth: 0)
            output += "\n"
        }
        for key in later {
            guard let value = map[key] else { continue }
            let inner = path + [key]
            if let items = Self.tables(value) {
                for item in items {
                    if !output.isEmpty { output += "\n" }
                    output += Self.indent(path.count) + "[[" + inner.map(Self.name).joined(separator: ".") + "]]\n"
                    try table(item, path: inner)
                }
            } else if case .map(let table) = value {
                if inner.count == 1, !output.isEmpty { output += "\n" }
                output += Self.indent(path.count) + "[" + inner.map(Self.name).joined(separator: ".") + "]\n"
                try self.table(table, path: inner)
            }
        }
    }

    private mutating func inline(_ value: Datum, depth: Int) throws {
        guard depth < depthOfValues else { throw FunctionError("toml: nested too deeply") }
        switch value {
        case .undefined, .null: throw FunctionError("toml: cannot encode array with nil element")
        case .bool(let flag): output += flag ? "true" : "false"
        case .int(let number, _): output += String(number)
        case .float(let number): output += Self.float(number)
        case .string(let text): output += Self.quoted(text)
        case .list(let items, _):
            output += "["
            for (index, item) in items.enumerated() {
                if index > 0 { output += ", " }
                try inline(item, depth: depth + 1)
            }
            output += "]"
        case .map(let map):
            output += "{"
            var isFirst = true
            for key in map.sortedKeys {
                guard let item = map[key], !item.isNil else { continue }
                if !isFirst { output += ", " }
                isFirst = false
                output += Self.name(key) + " = "
                try inline(item, depth: depth + 1)
            }
            output += "}"
        case .object(let object): output += Self.quoted(object.printed)
        }
    }

    private static func isTable(_ value: Datum) -> Bool {
        if case .map = value { return true }
        return false
    }

    /// The tables of a list that holds nothing else.
    private static func tables(_ value: Datum) -> [DatumMap]? {
        guard case .list(let items, _) = value, !items.isEmpty else { return nil }
        let maps = items.compactMap { item -> DatumMap? in
            if case .map(let map) = item { return map }
            return nil
        }
        return maps.count == items.count ? maps : nil
    }

    private static func indent(_ depth: Int) -> String { String(repeating: "  ", count: depth) }

    private static func name(_ key: String) -> String {
        let isBare = !key.isEmpty && key.utf8.allSatisfy {
            (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
        }
        return isBare ? key : quoted(key)
    }

    private static func float(_ number: Double) -> String {
        if number.isNaN { return "nan" }
        if number.isInfinite { return number < 0 ? "-inf" : "inf" }
        let text = GoNumber.general(number)
        return text.contains(".") || text.contains("e") ? text : text + ".0"
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\u{08}": result += "\\b"
            case "\u{0c}": result += "\\f"
            case let control where control.value < 0x20 || control.value == 0x7f:
                let digits = String(control.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
