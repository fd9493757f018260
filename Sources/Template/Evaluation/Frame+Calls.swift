extension Frame {
    /// A call of a function that a template names, with the value of the pipeline so far as its last argument.
    /// `arguments` are links; `callNode` is what an error of the function itself names: the whole command.
    mutating func call(
        _ head: Node, at index: Int, _ arguments: Range<Int>, _ final: Datum?, callNode: Int
    ) throws -> Datum {
        node = index
        if head.count > 0 {
            let builtin = Builtin.allCases[Int(head.count) - 1]
            switch (builtin, arguments.count + (final == nil ? 0 : 1)) {
            case (.and, 1...): return try decide(by: false, arguments, final)
            case (.or, 1...): return try decide(by: true, arguments, final)
            case (.not, 1):
                if let final { return .bool(!final.isTrue) }
                return .bool(try !argument(arguments.lowerBound, as: .value).isTrue)
            case (.eq, 2), (.ne, 2), (.lt, 2), (.le, 2), (.gt, 2), (.ge, 2):
                return try compare(builtin, arguments, final, callNode: callNode)
            case (.call, 1...): return try callValue(arguments, final, callNode: callNode)
            default: break
            }
        }
        let name = template.tree.string(head.other)
        let place = Int(head.slot)
        guard execution.functions.indices.contains(place), let function = execution.functions[place] else {
            throw failure("\(goQuoted(name)) is not a defined function")
        }
        return try call(function, name, arguments, final, callNode: callNode)
    }

    mutating func call(
        _ function: Function, _ name: String, _ arguments: Range<Int>, _ final: Datum?, callNode: Int
    ) throws -> Datum {
        let fixed = function.fixedCount
        let count = arguments.count + (final == nil ? 0 : 1)
        if function.rest != nil {
            if count < fixed {
                throw failure("wrong number of args for \(name): want at least \(fixed) got \(arguments.count)")
            }
        } else if count != fixed {
            throw failure("wrong number of args for \(name): want \(fixed) got \(count)")
        }
        var values: [Datum] = []
        values.reserveCapacity(count)
        for link in arguments {
            values.append(try argument(link, as: function.type(at: link - arguments.lowerBound)))
        }
        if let final { values.append(try validate(final, as: function.type(at: arguments.count))) }
        return try run(function, name, values, callNode)
    }

    private mutating func run(_ function: Function, _ name: String, _ values: [Datum], _ callNode: Int) throws -> Datum {
        do {
            try execution.charge(function.cost, name, values)
            let result = try function.body(execution, values)
            try execution.charge(result: result, name)
            return result
        } catch {
            throw callFailure(name, error, callNode)
        }
    }

    /// "error calling NAME: …"; a spent budget goes through as it is.
    private mutating func callFailure(_ name: String, _ error: any Error, _ callNode: Int) -> any Error {
        if let error = error as? TemplateError, error.root.kind == .budget { return error }
        node = callNode
        if let error = error as? BudgetSpent { return failure(error.description, kind: .budget) }
        return template.failure("error calling \(name): \(error)", at: node, kind: .call, function: name, cause: error)
    }

    // MARK: Functions that the evaluator knows itself

    /// `and` and `or`: the first argument that decides, the others not evaluated.
    private mutating func decide(by truth: Bool, _ arguments: Range<Int>, _ final: Datum?) throws -> Datum {
        var value = Datum.undefined
        for link in arguments {
            value = try argument(link, as: .value)
            if value.isTrue == truth { return value }
        }
        return final ?? value
    }

    private mutating func compare(
        _ builtin: Builtin, _ arguments: Range<Int>, _ final: Datum?, callNode: Int
    ) throws -> Datum {
        var left = Datum.undefined
        var right = final ?? .undefined
        for link in arguments {
            let value = try argument(link, as: .value)
            if link == arguments.lowerBound { left = value } else { right = value }
        }
        do {
            // What cannot be compared is printed into the error.
            if left.isContainer { _ = try execution.walk(left) }
            if right.isContainer { _ = try execution.walk(right) }
            return .bool(try builtin.compare(left, right))
        } catch {
            throw callFailure(builtin.rawValue, error, callNode)
        }
    }

    /// `call`: nothing in a chart is a function value, so that it always fails, in Go's words.
    private mutating func callValue(_ arguments: Range<Int>, _ final: Datum?, callNode: Int) throws -> Datum {
        var callee = final ?? .undefined
        for link in arguments {
            let value = try argument(link, as: .value)
            if link == arguments.lowerBound { callee = value }
        }
        let text = arguments.isEmpty ? callee.reflected : template.tree.text(of: Int(template.tree.links[arguments.lowerBound]))
        let fault = callee.isNil ? "call of nil" : "non-function \(text) of type \(callee.typeName)"
        throw callFailure("call", FunctionFault(fault), callNode)
    }
}
