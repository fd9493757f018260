internal import Document
internal import Template

extension FunctionTable {
    /// Texts to and from base 64, base 32, JSON, YAML and TOML.
    mutating func registerEncodings() {
        register("b64enc", .string) { _, a in .string(Base64.encode(goBytes(a.string(0)))) }
        register("b64dec", .string) { _, a in
            guard let bytes = Base64.decode(a.string(0)) else {
                return .string("illegal base64 data at input byte \(Base64.faultOffset(a.string(0)))")
            }
            return .string(goString(bytes))
        }
        register("b32enc", .string) { _, a in .string(Base32.encode(goBytes(a.string(0)))) }
        register("b32dec", .string) { _, a in
            switch Base32.decode(a.string(0)) {
            case .success(let bytes): return .string(goString(bytes))
            case .failure(let fault): return .string(fault.description)
            }
        }
        register("toYaml", .any) { _, a in .string((try? yaml(a.datum(0))) ?? "") }
        register("mustToYaml", .any) { _, a in .string(try yaml(a.datum(0))) }
        register("toYamlPretty", .any) { _, a in .string((try? prettyYAML(a.datum(0))) ?? "") }
        register("fromYaml", .string) { _, a in .map(mapping(fromYAML(a.string(0)), prefix: yamlPrefix)) }
        register("fromYamlArray", .string) { _, a in .list(array(fromYAML(a.string(0)), prefix: yamlPrefix)) }
        register("toJson", .any) { _, a in .string((try? json(a.datum(0))) ?? "") }
        register("mustToJson", .any) { _, a in .string(try json(a.datum(0))) }
        register("toPrettyJson", .any) { _, a in .string((try? json(a.datum(0), indent: 2)) ?? "") }
        register("mustToPrettyJson", .any) { _, a in .string(try json(a.datum(0), indent: 2)) }
        register("toRawJson", .any) { _, a in .string((try? rawJSON(a.datum(0))) ?? "") }
        register("mustToRawJson", .any) { _, a in .string(try rawJSON(a.datum(0))) }
        register("fromJson", .string) { _, a in .map(mapping(fromJSON(a.string(0)), prefix: "")) }
        register("mustFromJson", .string) { _, a in
            switch fromJSON(a.string(0)) {
            case .success(let value): return Datum(value)
            case .failure(let problem): throw FunctionError(problem.text)
            }
        }
        register("fromJsonArray", .string) { _, a in .list(array(fromJSON(a.string(0)), prefix: "")) }
        register("toToml", .any) { _, a in
            if a.datum(0).isNil { throw FunctionError("reflect: call of reflect.Value.Type on zero Value") }
            do { return .string(try TOMLWriter.text(a.datum(0))) } catch { return .string("\(error)") }
        }
        register("mustToToml", .any) { _, a in .string(try TOMLWriter.text(a.datum(0))) }
        register("fromToml", .string) { _, a in
            do { return .map(try TOMLReader.parse(a.string(0))) } catch { return .map(DatumMap(["Error": .string("\(error)")])) }
        }
    }
}

/// What `toYaml` gives: as sigs.k8s.io/yaml writes it, less the last newline.
func yaml(_ value: Datum) throws -> String { try yaml(try Value(value)) }

func yaml(_ value: Value) throws -> String {
    guard let text = YAML.writeThroughJSON(value) else { throw FunctionError("yaml: control characters are not allowed") }
    return text.utf8.last == UInt8(ascii: "\n") ? String(text.dropLast()) : text
}

private func json(_ value: Datum, indent: Int? = nil) throws -> String {
    escapedForHTML(JSON.text(try Value(value), indent: indent, sortedKeys: true))
}

private func rawJSON(_ value: Datum) throws -> String { JSON.text(try Value(value), sortedKeys: true) }

/// encoding/json writes `<`, `>` and `&` as escapes unless told otherwise; outside strings JSON has none of them.
private func escapedForHTML(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x3c || $0 == 0x3e || $0 == 0x26 }) else { return text }
    var output: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case 0x3c: output += "\\u003c".utf8
        case 0x3e: output += "\\u003e".utf8
        case 0x26: output += "\\u0026".utf8
        default: output.append(byte)
        }
    }
    return String(decoding: output, as: UTF8.self)
}

/// A text that could not be read, in the words of the library Helm uses.
private struct ReadProblem: Error {
    var text: String
}

private func fromYAML(_ text: String) -> Result<Value, ReadProblem> {
    do throws(DocumentError) {
        let value = try YAML.parse(text, options: .values)
        if let special = value.notJSON {
            return .failure(ReadProblem(text: "error converting YAML to JSON: json: unsupported value: \(special)"))
        }
        return .success(value)
    } catch {
        return .failure(ReadProblem(text: goYAMLError(error)))
    }
}

private func fromJSON(_ text: String) -> Result<Value, ReadProblem> {
    do throws(DocumentError) {
        return .success(try JSON.parse(text))
    } catch {
        return .failure(ReadProblem(text: goJSONError(error, text)))
    }
}

private func mapping(_ result: Result<Value, ReadProblem>, prefix: String) -> DatumMap {
    switch result {
    case .success(.mapping(let mapping)): return DatumMap(storage(of: mapping))
    // encoding/json sets the map to nil, which sigs.k8s.io/yaml does not.
    case .success(.null): return DatumMap(isNil: prefix.isEmpty)
    case .success(let other): return DatumMap(["Error": .string(prefix + wrongType(other, "map[string]interface {}"))])
    case .failure(let problem): return DatumMap(["Error": .string(problem.text)])
    }
}

private func array(_ result: Result<Value, ReadProblem>, prefix: String) -> [Datum] {
    switch result {
    case .success(.sequence(let items)): items.map(Datum.init)
    case .success(.null): []
    case .success(let other): [.string(prefix + wrongType(other, "[]interface {}"))]
    case .failure(let problem): [.string(problem.text)]
    }
}

/// What sigs.k8s.io/yaml puts before a well-formed text of the wrong type.
private let yamlPrefix = "error unmarshaling JSON: while decoding JSON: "

private func wrongType(_ value: Value, _ type: String) -> String {
    "json: cannot unmarshal \(value.jsonType) into Go value of type \(type)"
}

extension Value {
    /// A number JSON cannot say, as Go prints it; nil where there is none.
    var notJSON: String? {
        switch self {
        case .double(let number): number.isFinite ? nil : goFloat(number)
        case .sequence(let items): items.lazy.compactMap(\.notJSON).first
        case .mapping(let mapping): mapping.entries.lazy.compactMap(\.value.notJSON).first
        default: nil
        }
    }
}
