/// The type of a function's parameter. The evaluator checks arguments against it
/// with Go's error texts, so that a function's body sees only what it declared.
package enum ParameterType: Sendable, Hashable {
    /// `interface{}`: anything; nil comes as `.null`.
    case any
    /// `reflect.Value`: anything, `.undefined` kept apart from `.null`.
    case value
    case string, bool, int, int64, float64
    /// `map[string]interface{}`; an undefined value comes as an empty map.
    case map
    /// `[]interface{}`; an undefined value comes as an empty list.
    case list
    /// `[]string`.
    case strings
    /// An object of that type name ("time.Time").
    case object(String)

    package var name: String {
        switch self {
        case .any: "interface {}"
        case .value: "reflect.Value"
        case .string: "string"
        case .bool: "bool"
        case .int: "int"
        case .int64: "int64"
        case .float64: "float64"
        case .map: "map[string]interface {}"
        case .list: "[]interface {}"
        case .strings: "[]string"
        case .object(let name): name
        }
    }
}

/// A function that templates call. A class, so that calling one copies nothing.
package final class Function {
    /// The whole render, and the arguments: as many as there are parameters, or more when variadic.
    /// What it throws becomes "error calling NAME: …".
    package typealias Body = (_ execution: Execution, _ arguments: [Datum]) throws -> Datum

    package let parameters: [ParameterType]
    /// The type of the arguments after the parameters; nil when there may be none.
    package let rest: ParameterType?
    package let body: Body
    package let cost: FunctionCost
    /// How many arguments come before the rest.
    let fixedCount: Int

    package init(_ parameters: [ParameterType], rest: ParameterType? = nil, cost: FunctionCost = FunctionCost(), body: @escaping Body) {
        self.parameters = parameters
        self.rest = rest
        self.body = body
        self.cost = cost
        fixedCount = parameters.count
    }

    /// The type of the argument at a place.
    func type(at place: Int) -> ParameterType { place < fixedCount ? parameters[place] : rest ?? .any }
}

/// The functions that templates of one render may call, by name. Starts with Go's own.
package struct FunctionTable {
    package private(set) var functions: [String: Function] = [:]

    /// An empty table; Go's built-in functions are always there, beneath those registered.
    package init() {}

    package subscript(_ name: String) -> Function? { functions[name] }

    /// Adds a function, or replaces the one of that name, a built-in one too (Sprig's `slice`).
    package mutating func register(
        _ name: String, _ parameters: ParameterType..., rest: ParameterType? = nil, body: @escaping Function.Body
    ) {
        functions[name] = Function(parameters, rest: rest, body: body)
    }

    package mutating func register(_ name: String, _ function: Function) { functions[name] = function }

    /// Says what calls of functions cost, those that are there.
    package mutating func weigh(_ names: String..., cost: FunctionCost) {
        for name in names {
            guard let function = functions[name] else { continue }
            functions[name] = Function(function.parameters, rest: function.rest, cost: cost, body: function.body)
        }
    }

    /// The names that templates compiled for this table may use.
    package var names: Set<String> { Set(functions.keys) }
}
