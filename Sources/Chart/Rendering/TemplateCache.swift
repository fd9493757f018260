internal import Basics
internal import Template

/// Templates already parsed, by their texts: a chart that is rendered again with
/// other values is not parsed again. Shared by all renders of a daemon.
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
}
