internal import Document
internal import Template

/// What a chart says with `required` and `fail`. Helm finds it again in the text of
/// whatever wraps it, so the marks travel with the text.
struct Refusal: Error, CustomStringConvertible {
    static let start = "HELM_ERR_START"
    static let end = "HELM_ERR_END"

    var message: String
    var description: String { Self.start + message + Self.end }
}

/// How often a template may be included inside itself.
private let includeLimit = 1000

extension FunctionTable {
    /// Helm's own functions.
    mutating func registerHelm(_ environment: RenderEnvironment) {
        register("include", .string, .any) { execution, a in
            let name = a.string(0)
            let count = execution.running[name, default: 0]
            guard count <= includeLimit else {
                throw FunctionError("rendering template has a nested reference name: \(name): unable to execute template")
            }
            execution.running[name] = count + 1
            defer { execution.running[name] = count }
            return .string(try execution.execute(name, data: a.datum(1)))
        }
        register("tpl", .string, .any) { execution, a in
            let text = a.string(0)
            guard goContains(text, "{{") else { return .string(withoutNoValue(text)) }
            do {
                return .string(withoutNoValue(try execution.evaluate(text: text, name: "gotpl", data: a.datum(1))))
            } catch let error as TemplateError where error.kind == .syntax {
                throw WrappedError("cannot parse template \(goQuoted(text))", error)
            } catch {
                throw WrappedError("error during tpl function execution for \(goQuoted(text))", error)
            }
        }
        register("required", .string, .any) { _, a in
            switch a.datum(1) {
            case .null, .undefined: throw Refusal(message: a.string(0))
            case .string(let text) where text.isEmpty: throw Refusal(message: a.string(0))
            case let value: return value
            }
        }
        register("fail", .string) { _, a in throw Refusal(message: a.string(0)) }
        let lookup = environment.lookup
        register("lookup", .string, .string, .string, .string) { _, a in
            guard let lookup, let found = try lookup(a.string(0), a.string(1), a.string(2), a.string(3)) else { return .map(DatumMap()) }
            return live(found)
        }
        // Nothing a template does reaches the network.
        register("getHostByName", .string) { _, _ in .string("") }
    }
}

/// An object of the cluster: unlike a values file's, its whole numbers are int64.
private func live(_ value: Value) -> Datum {
    switch value {
    case .int(let number): .int64(number)
    case .sequence(let items): .list(items.map(live))
    case .mapping(let mapping): .map(DatumMap(DatumTable(uniqueEntries: mapping.map { ($0.key, live($0.value)) })))
    default: Datum(value)
    }
}

/// An error with words before it.
struct WrappedError: Error, CustomStringConvertible {
    var text: String
    var cause: any Error

    init(_ text: String, _ cause: any Error) {
        self.text = text
        self.cause = cause
    }

    var description: String { "\(text): \(cause)" }
}

/// Go writes "<no value>" for what is missing; Helm deletes it from every output.
func withoutNoValue(_ text: String) -> String { goReplace(text, "<no value>", "") }
