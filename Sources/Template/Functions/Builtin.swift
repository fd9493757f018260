/// The functions that are part of the template language.
enum Builtin: String, CaseIterable, Sendable {
    case and, or, not
    case eq, ne, lt, le, gt, ge
    case len, index, slice, call
    case print, printf, println
    case html, js, urlquery

    var function: Function {
        switch self {
        case .and: Function([.value], rest: .value) { $1.first { !$0.isTrue } ?? $1.last ?? .undefined }
        case .or: Function([.value], rest: .value) { $1.first(where: \.isTrue) ?? $1.last ?? .undefined }
        case .not: Function([.value]) { .bool($1.first?.isTrue != true) }
        case .eq:
            Function([.value], rest: .value) { _, arguments in
                guard let first = arguments.first, arguments.count > 1 else {
                    throw FunctionFault("missing argument for comparison")
                }
                for other in arguments.dropFirst() where try areEqual(first, other) { return .bool(true) }
                return .bool(false)
            }
        case .ne, .lt, .le, .gt, .ge:
            Function([.value, .value]) { _, arguments in
                .bool(try compare(arguments.first ?? .undefined, arguments.last ?? .undefined))
            }
        case .len: Function([.value]) { .int(try length($1.first ?? .undefined)) }
        case .index:
            Function([.value], rest: .value) { try indexed($1.first ?? .undefined, by: $1.dropFirst()) }
        case .slice:
            Function([.value], rest: .value) { try sliced($1.first ?? .undefined, by: Array($1.dropFirst())) }
        case .call: Function([.value], rest: .value) { _, _ in throw FunctionFault("call of nil") }
        case .print: Function([], rest: .any, cost: FunctionCost(bytesPerStep: 16, walks: true)) { .string(goSprint($1)) }
        case .println: Function([], rest: .any, cost: FunctionCost(bytesPerStep: 16, walks: true)) { .string(goSprintln($1)) }
        case .printf:
            Function([.string], rest: .any, cost: FunctionCost(walks: true)) { _, arguments in
                guard case .string(let format)? = arguments.first else { return .string("") }
                return .string(goSprintf(format, Array(arguments.dropFirst())))
            }
        case .html: Function([], rest: .any, cost: FunctionCost(bytesPerStep: 16, walks: true)) { .string(htmlEscaped(printedText($1))) }
        case .js: Function([], rest: .any, cost: FunctionCost(bytesPerStep: 16, walks: true)) { .string(javaScriptEscaped(printedText($1))) }
        case .urlquery: Function([], rest: .any, cost: FunctionCost(bytesPerStep: 16, walks: true)) { .string(urlQueryEscaped(printedText($1))) }
        }
    }
}

/// What a function found wrong, in Go's words.
package struct FunctionFault: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

private func printedText(_ arguments: [Datum]) -> String {
    goSprint(arguments.map { argument in
        switch argument {
        case .undefined, .null: .string("<no value>")
        case .object(let object) where object.isPointer: .string(object.printed)
        default: argument
        }
    })
}
