internal import Basics
internal import Template

/// Templates already parsed and values schemas already compiled, by their texts: a chart that is
/// rendered again with other values is not parsed again. Shared by all renders of a daemon.
package final class TemplateCache: Sendable {
    private struct State {
        var sets: [[ChartFile]: TemplateSet] = [:]
        var order: [[ChartFile]] = []
        var texts: [ChartFile: ParsedText] = [:]
        var textOrder: [ChartFile] = []
        var schemas: [SchemaKey: CompiledSchema] = [:]
        var schemaOrder: [SchemaKey] = []
    }

    private struct SchemaKey: Hashable {
        var bytes: [UInt8]

        func hash(into hasher: inout Hasher) { hasher.combine(bytes.count) }
    }

    private let limit: Int
    private let state = Locked(State())

    /// Keeps the sets of at most `limit` charts, the oldest is dropped first.
    package init(limit: Int = 64) { self.limit = max(1, limit) }

    subscript(files: [ChartFile]) -> TemplateSet? {
        get { state.withLock { $0.sets[files] } }
        set {
            let limit = limit
            state.withLock { state in
                guard let newValue else { return }
                if state.sets.updateValue(newValue, forKey: files) == nil { state.order.append(files) }
                if state.order.count > limit { state.sets[state.order.removeFirst()] = nil }
            }
        }
    }

    /// One template parsed before: of a chart's many few change from one version to the next.
    func text(_ file: ChartFile) -> ParsedText? { state.withLock { $0.texts[file] } }

    func keep(_ text: ParsedText, for file: ChartFile) {
        let limit = limit * Self.templatesPerChart
        state.withLock { state in
            if state.texts.updateValue(text, forKey: file) == nil { state.textOrder.append(file) }
            guard state.textOrder.count > limit else { return }
            for old in state.textOrder.prefix(limit / 4) { state.texts[old] = nil }
            state.textOrder.removeFirst(limit / 4)
        }
    }

    private static let templatesPerChart = 64

    /// A schema compiled before.
    func schema(_ bytes: [UInt8]) -> CompiledSchema? { state.withLock { $0.schemas[SchemaKey(bytes: bytes)] } }

    func keep(_ schema: CompiledSchema, for bytes: [UInt8]) {
        let key = SchemaKey(bytes: bytes)
        let limit = limit
        state.withLock { state in
            if state.schemas.updateValue(schema, forKey: key) == nil { state.schemaOrder.append(key) }
            if state.schemaOrder.count > limit { state.schemas[state.schemaOrder.removeFirst()] = nil }
        }
    }
}
