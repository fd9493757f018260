/// Turns statements into objects that run: names of variables become slots, names of
/// functions places in the render's list, constants values.
struct Compiler {
    private struct Variable {
        var name: String
        var slot: Int
        /// Set by `range` to items of a list, which Go sees as `interface{}`.
        var isElement: Bool
    }

    private let functions: FunctionNames
    private var nodes: [any SourceNode] = []
    private var scope = [Variable(name: "$", slot: 0, isElement: false)]
    private var slotCount = 1

    static func compile(_ template: ParsedTemplate, source: SourceText, functions: FunctionNames) -> CompiledTemplate {
        var compiler = Compiler(functions: functions)
        let body = compiler.block(template.statements)
        return CompiledTemplate(
            name: template.name, isEmpty: template.isEmpty, slotCount: compiler.slotCount, nesting: template.nesting, body: body,
            nodes: compiler.nodes, source: source)
    }

    private init(functions: FunctionNames) { self.functions = functions }

    // MARK: Statements

    private mutating func block(_ statements: [Statement]) -> Block {
        Block(statements: statements.map { statement($0) })
    }

    private mutating func statement(_ statement: Statement) -> any Executable {
        switch statement.kind {
        case .text(let text): return TextStatement(text)
        case .action(let pipeline):
            let value = self.pipeline(pipeline)
            return pipeline.variables.isEmpty ? PrintStatement(value) : EvaluateStatement(value)
        case .branch(let branch, let pipeline, let body, let otherwise):
            // What the pipeline and the bodies declare ends with them.
            let outer = scope.count
            defer { scope.removeLast(scope.count - outer) }
            let node = node(statement)
            let value = self.pipeline(pipeline, isRange: branch == .range)
            let declared = scope.count
            let body = block(body)
            scope.removeLast(scope.count - declared)
            let otherwise = otherwise.map { block($0) }
            switch branch {
            case .ifTrue: return IfStatement(value, body, otherwise)
            case .with: return WithStatement(value, body, otherwise)
            case .range:
                let slots = pipeline.variables.map { slot(of: $0) }
                return RangeStatement(node: node, value, slots: slots, body, otherwise)
            }
        case .template(let name, let pipeline):
            return TemplateStatement(node: node(statement), name: name, value: pipeline.map { self.pipeline($0) })
        case .breakLoop, .otherwise, .end: return FlowStatement(.breakLoop)
        case .continueLoop: return FlowStatement(.continueLoop)
        }
    }

    // MARK: Pipelines

    private mutating func pipeline(_ pipeline: Pipeline, isRange: Bool = false) -> PipelineExpression {
        let node = node(pipeline)
        var value: (any Expression)?
        for command in pipeline.commands { value = self.command(command, final: value) }
        let targets = pipeline.variables.enumerated().map { index, variable -> PipelineExpression.Target in
            guard case .variable(let name, _) = variable.kind else { return .unknown("") }
            if pipeline.isAssignment { return find(name).map { .slot($0.slot) } ?? .unknown(name) }
            let isElement = isRange && index == pipeline.variables.count - 1
            scope.append(Variable(name: name, slot: slotCount, isElement: isElement))
            slotCount += 1
            return .slot(slotCount - 1)
        }
        return PipelineExpression(node: node, value: value ?? NullExpression(node: node), targets: targets)
    }

    private mutating func command(_ command: Command, final: (any Expression)?) -> any Expression {
        guard let first = command.operands.first else { return NullExpression(node: node(command)) }
        let operands = Array(command.operands.dropFirst())
        let hasArguments = !operands.isEmpty || final != nil
        switch first.kind {
        case .function(let name):
            return call(name, first, callNode: node(command), operands, final)
        case .field(let names) where hasArguments:
            let node = node(first)
            return MethodExpression(
                node: node, receiver: .dot, names: names, arguments: arguments(operands), final: final)
        case .variable(let name, let names) where hasArguments && !names.isEmpty:
            let node = node(first)
            return MethodExpression(
                node: node, receiver: .expression(variable(name, node), itemSlot: itemSlot(name)), names: names,
                arguments: arguments(operands), final: final)
        case .chain(let inner, let names) where hasArguments:
            let node = node(first)
            return MethodExpression(
                node: node, receiver: .expression(operand(inner), itemSlot: nil), names: names,
                arguments: arguments(operands), final: final)
        case .null where !hasArguments:
            return FailureExpression(node: node(first), message: "nil is not a command")
        default:
            guard hasArguments else { return operand(first) }
            // A parenthesized pipeline and a variable fail before they are looked at.
            let at: Int? = if case .pipeline = first.kind { nil } else { node(first) }
            return FailureExpression(node: at, message: "can't give argument to non-function \(first.text)", final: final)
        }
    }

    private mutating func arguments(_ operands: [Operand]) -> [Argument] {
        operands.map { operand in
            switch operand.kind {
            case .null: Argument(node: node(operand), kind: .null)
            case .bool(let value): Argument(node: node(operand), kind: .bool(value))
            case .string(_, let value): Argument(node: node(operand), kind: .string(value))
            case .number(let number): Argument(node: node(operand), kind: .number(number))
            default: Argument(node: node(operand), kind: .expression(self.operand(operand)))
            }
        }
    }

    // MARK: Operands

    private mutating func operand(_ operand: Operand) -> any Expression {
        switch operand.kind {
        case .dot: return DotExpression(node: node(operand))
        case .null: return NullExpression(node: node(operand))
        case .bool(let value): return BoolExpression(node: node(operand), value)
        case .string(_, let value): return StringExpression(node: node(operand), value)
        case .number(let number):
            switch number.ideal {
            case .int(let value, _): return IntExpression(node: node(operand), value)
            case .float(let value): return FloatExpression(node: node(operand), value)
            case .object: return ComplexExpression(node: node(operand), number.complex)
            default: return FailureExpression(node: node(operand), message: number.idealFault)
            }
        case .field(let names): return FieldExpression(node: node(operand), names: names)
        case .variable(let name, let fields):
            let node = node(operand)
            let value = variable(name, node)
            if fields.isEmpty { return value }
            return ChainExpression(node: node, value: value, itemSlot: itemSlot(name), names: fields)
        case .function(let name): return call(name, operand, callNode: node(operand), [], nil)
        case .chain(let inner, let names):
            let node = node(operand)
            if case .null = inner.kind {
                return FailureExpression(node: node, message: "indirection through explicit nil in \(operand.text)")
            }
            return ChainExpression(node: node, value: self.operand(inner), itemSlot: nil, names: names)
        case .pipeline(let pipeline): return self.pipeline(pipeline)
        }
    }

    private mutating func call(
        _ name: String, _ identifier: Operand, callNode: Int, _ operands: [Operand], _ final: (any Expression)?
    ) -> any Expression {
        let node = node(identifier)
        let arguments = arguments(operands)
        let count = operands.count + (final == nil ? 0 : 1)
        if !functions.names.contains(name), let builtin = Builtin(rawValue: name) {
            switch (builtin, count) {
            case (.and, 1...), (.or, 1...):
                return LogicExpression(node: node, isOr: builtin == .or, arguments: arguments, final: final)
            case (.not, 1):
                return NotExpression(node: node, argument: arguments.first, final: final)
            case (.eq, 2), (.ne, 2), (.lt, 2), (.le, 2), (.gt, 2), (.ge, 2):
                return ComparisonExpression(node: node, callNode: callNode, builtin, arguments: arguments, final: final)
            case (.call, 1...):
                return FunctionValueExpression(node: node, callNode: callNode, arguments: arguments, final: final)
            default: break
            }
        }
        return CallExpression(
            node: node, callNode: callNode, name: name, place: functions.place(of: name), arguments: arguments, final: final)
    }

    private func variable(_ name: String, _ node: Int) -> any Expression {
        guard let variable = find(name) else {
            return FailureExpression(node: node, message: "undefined variable: \(name)")
        }
        return VariableExpression(node: node, slot: variable.slot)
    }

    private func find(_ name: String) -> Variable? { scope.last { $0.name == name } }

    private func itemSlot(_ name: String) -> Int? { find(name).flatMap { $0.isElement ? $0.slot : nil } }

    private func slot(of variable: Operand) -> Int? {
        guard case .variable(let name, _) = variable.kind else { return nil }
        return find(name)?.slot
    }

    private mutating func node(_ node: some SourceNode) -> Int {
        nodes.append(node)
        return nodes.count - 1
    }
}
