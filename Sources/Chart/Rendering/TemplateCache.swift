internal import Basics
internal import Template

/// Templates already parsed and values schemas already compiled, by their texts: a chart that is
/// rendered again with other values is not parsed again. Shared by all renders of a daemon.
package final class TemplateCache: Sendable {
    private struct Key: Hashable {
        var files: [ChartFile]

        func hash(into hasher: inout Hasher) {
            // Names and sizes tell charts apart; equality then compares every byte.
            for file in files {
                hasher.combine(file.path)
                hasher.combine(file.bytes.count)
            }
        }
    }

    private struct State {
        var sets: [Key: TemplateSet] = [:]
        var order: [Key] = []
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
        get { state.withLock { $0.sets[Key(files: files)] } }
        set {
            let key = Key(files: files)
            let limit = limit
            state.withLock { state in
                guard let newValue else { return }
                if state.sets.updateValue(newValue, forKey: key) == nil { state.order.append(key) }
                if state.order.count > limit { state.sets[state.order.removeFirst()] = nil }
            }
        }
    }

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
