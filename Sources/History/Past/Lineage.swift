internal import Delivery
internal import Git
internal import Kubernetes

/// Which commit set each field of an object, as far as git knows.
struct Lineage: Sendable {
    struct Setting: Sendable {
        var commit: Commit
        var origin: String
    }

    var sight: ObjectSight
    var tree: FieldTree
    /// One for each leaf of the tree; nil where history was not followed far enough.
    var settings: [Setting?]
    var notes: [String]
}

extension RevisionRenderer {
    /// The most commits that are walked.
    static let historyLimit = 200_000

    /// Follows each field back from parent to parent for as long as one has the same value: as `git blame` follows lines.
    ///
    /// A merge hands a field to the first parent that has it the same; what none has the same is the merge's own.
    /// A commit that cannot be rendered says nothing: what differs beyond it is told of the next commit that can.
    func lineage(of key: ObjectKey, _ mirror: Mirror, tip: ObjectID) async throws(HistoryError) -> Lineage {
        let first = try await find(key, mirror, at: tip, hint: nil, changed: nil)
        let sight: ObjectSight
        switch first {
        case .known(let found): sight = found
        case .unknown(let reason, _):
            throw HistoryError(.render, "\(tip.short) cannot be rendered: \(reason)", advice: "correct it, or ask for another revision")
        case .missing: throw HistoryError(.notFound, "git has no \(key)", advice: "see what it has with \"martlet render\"")
        }
        let steps: [HistoryStep]
        do throws(GitError) {
            steps = try await mirror.steps(from: tip, limit: Self.historyLimit)
        } catch {
            throw HistoryError(error)
        }
        var walk = LineageWalk(tree: FieldTree(sight.object), tip: tip, state: first)
        let links = Set(steps.filter(\.hasLinks).map(\.commit.id))
        for step in steps {
            guard let node = walk.take(step) else { continue }
            var states: [ObjectState] = []
            for parent in step.parents {
                if let known = walk.state(of: parent.id) {
                    states.append(known)
                    continue
                }
                states.append(
                    try await state(
                        of: key, in: parent.id, after: node.state, changes: parent.changes,
                        followsLinks: links.contains(step.commit.id) || links.contains(parent.id), mirror))
            }
            walk.handOn(node, from: step, to: states)
            if walk.isDone { break }
            if Task.isCancelled { throw HistoryError(.source, "cancelled", advice: "ask again") }
        }
        return walk.lineage(sight)
    }
}

/// Where each field is on its way back. Pure: what the commits have is found by who walks.
struct LineageWalk {
    struct Node {
        var state: ObjectState
        var fields: [Int]
    }

    private let tree: FieldTree
    private var open: [ObjectID: Node]
    /// The last commit that could be rendered and had the value, of fields that are beyond it.
    private var held: [Int: Lineage.Setting] = [:]
    private var settings: [Lineage.Setting?]
    private var notes: [String] = []
    private var passedOver = 0

    private static let maxNotes = 20

    init(tree: FieldTree, tip: ObjectID, state: ObjectState) {
        self.tree = tree
        open = [tip: Node(state: state, fields: Array(tree.leaves.indices))]
        settings = Array(repeating: nil, count: tree.leaves.count)
    }

    var isDone: Bool { open.isEmpty }

    /// What came to a commit; nil where nothing did.
    mutating func take(_ step: HistoryStep) -> Node? {
        guard let node = open.removeValue(forKey: step.commit.id) else { return nil }
        if case .unknown(let reason, _) = node.state {
            passedOver += 1
            if notes.count < Self.maxNotes { notes.append("\(step.commit.id.short) cannot be rendered and is passed over: \(reason)") }
        }
        return node
    }

    /// What is known of a commit that something came to already.
    func state(of commit: ObjectID) -> ObjectState? { open[commit]?.state }

    mutating func handOn(_ node: Node, from step: HistoryStep, to states: [ObjectState]) {
        let parents = Array(zip(step.parents.map(\.id), states))
        var rest = node.fields
        for (id, state) in parents where !rest.isEmpty {
            guard case .known(let sight) = state else { continue }
            let other = Set(tree.differing(in: sight.object.value))
            let same = other.isEmpty ? rest : rest.filter { !other.contains($0) }
            guard !same.isEmpty else { continue }
            rest = other.isEmpty ? [] : rest.filter { other.contains($0) }
            if !held.isEmpty { for field in same { held[field] = nil } }
            add(same, to: id, state)
        }
        guard !rest.isEmpty else { return }
        let own = node.state.isKnown ? node.state.sight.map { Lineage.Setting(commit: step.commit, origin: $0.origin.description) } : nil
        if let unknown = parents.first(where: { if case .unknown = $0.1 { true } else { false } }) {
            if let own { for field in rest { held[field] = own } }
            add(rest, to: unknown.0, unknown.1)
        } else {
            for field in rest {
                settings[field] = own ?? held[field]
                held[field] = nil
            }
        }
    }

    private mutating func add(_ fields: [Int], to commit: ObjectID, _ state: ObjectState) {
        if open[commit] == nil { open[commit] = Node(state: state, fields: []) }
        open[commit]?.fields += fields
    }

    func lineage(_ sight: ObjectSight) -> Lineage {
        var notes = notes
        if passedOver > notes.count { notes.append("and \(passedOver - notes.count) more that cannot be rendered") }
        if !open.isEmpty { notes.append("only the last \(RevisionRenderer.historyLimit) commits were looked at") }
        return Lineage(sight: sight, tree: tree, settings: settings, notes: notes)
    }
}
