internal import Basics
internal import Document
internal import Kubernetes
internal import Rollout

/// Takes documents as they come out of files and templates, and keeps what is
/// an object, what is a mistake, and what is written twice.
struct ObjectCollector {
    /// More than this is no application but an accident (safety: limits).
    static let maxObjects = 10_000

    private(set) var objects: [DesiredObject] = []
    private(set) var problems: [RenderProblem] = []
    private(set) var ignored: Set<ObjectKey> = []
    private var places: [ObjectKey: Origin] = [:]
    private var twice: Set<ObjectKey> = []

    /// - Parameter locate: the line of a place inside the document, where the file is at hand.
    mutating func add(_ value: Value, origin: Origin, locate: (DocumentPath) -> Int? = { _ in nil }) {
        if value.isNull { return }
        if let items = value.listItems {
            for item in items { addOne(item, origin: origin, locate: { _ in nil }) }
            return
        }
        addOne(value, origin: origin, locate: locate)
    }

    mutating func fail(_ error: RenderError, isBlocking: Bool) {
        problems.append(RenderProblem(error, isBlocking: isBlocking))
    }

    private mutating func addOne(_ value: Value, origin: Origin, locate: (DocumentPath) -> Int?) {
        guard let object = Object(value) else {
            let hint = "leave the file out with \(IgnoreRules.fileName) if it is no manifest"
            fail(RenderError(.invalid("no apiVersion and kind: \(hint)"), origin: origin), isBlocking: false)
            return
        }
        guard objects.count < Self.maxObjects else {
            if objects.count == Self.maxObjects, !isBlockedByCount {
                fail(RenderError(.limit("over \(Self.maxObjects) objects in one application: divide it"), origin: origin), isBlocking: true)
            }
            return
        }
        let isMasked = hasMaskedValues(object.groupKind)
        let policy: ObjectPolicy
        do {
            policy = try Kubernetes.policy(of: object)
        } catch {
            let path: DocumentPath = [.key("metadata"), .key("annotations"), .key(error.annotation)]
            let shown = isMasked ? error.withoutValues : error
            fail(
                RenderError(.invalid(shown.description), origin: Origin(file: origin.file, line: locate(path) ?? origin.line)),
                isBlocking: true)
            return
        }
        do throws(RolloutError) {
            _ = try RolloutSpec.of(object, policy)
        } catch {
            let line = error.annotation.flatMap { locate([.key("metadata"), .key("annotations"), .key($0)]) }
            fail(
                RenderError(.invalid("\(object.key): \(error)"), origin: Origin(file: origin.file, line: line ?? origin.line)), isBlocking: true)
            return
        }
        // `name: y` is a boolean in YAML 1.1, and a namespace that is no text would be taken for none.
        for field in ["name", "namespace"] {
            guard let value = object.value[path: "metadata", field], !value.isNull, value.string == nil else { continue }
            let line = locate([.key("metadata"), .key(field)]) ?? origin.line
            fail(
                RenderError(.invalid("metadata.\(field) is \(value.kindName), put it in quotes"), origin: Origin(file: origin.file, line: line)),
                isBlocking: false)
            return
        }
        if object.name.isEmpty {
            fail(RenderError(.invalid("\(object.kind) without metadata.name"), origin: origin), isBlocking: false)
            return
        }
        if policy.isIgnored {
            ignored.insert(object.key)
            return
        }
        if let other = places[object.key] {
            fail(RenderError(.duplicate(object.key, other: other), origin: origin), isBlocking: false)
            // Which of the two is meant cannot be known: neither is touched.
            twice.insert(object.key)
            return
        }
        let problem = validate(object, schema: nil).first
        if let problem {
            let line = locate(problem.path) ?? origin.line
            let shown = isMasked ? problem.withoutValues : problem
            fail(RenderError(.invalid("\(object.key): \(shown)"), origin: Origin(file: origin.file, line: line)), isBlocking: false)
            return
        }
        places[object.key] = origin
        objects.append(DesiredObject(object: object, origin: origin, policy: policy))
    }

    private var isBlockedByCount: Bool {
        problems.contains { if case .limit = $0.error.reason { true } else { false } }
    }

    /// The objects that are left when those written twice are gone.
    func finished() -> [DesiredObject] {
        twice.isEmpty ? objects : objects.filter { !twice.contains($0.object.key) }
    }
}
