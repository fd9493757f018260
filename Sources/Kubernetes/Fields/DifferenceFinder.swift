internal import Basics
internal import Document

/// Walks two values side by side.
struct DifferenceFinder {
    let scope: DifferenceScope
    private(set) var found: [Difference] = []

    init(scope: DifferenceScope) { self.scope = scope }

    mutating func compare(_ live: Value?, _ desired: Value?, _ schema: Schema?, at path: DocumentPath) {
        if let old = live?.mapping, let new = desired?.mapping { return compare(old, new, schema, at: path) }
        // What the server leaves out is as good as not there.
        let left = live?.unlessZero, right = desired?.unlessZero
        switch (left, right) {
        case (nil, nil): return
        case (_, nil):
            // An empty mapping or null says nothing; 0, false and "" do.
            let saysNothing = desired.map { $0.isNull || $0.mapping != nil } ?? true
            if scope == .said, saysNothing { return }
            found.append(Difference(path: path, from: live, to: desired))
        case (nil, _): found.append(Difference(path: path, from: live, to: desired))
        case (.sequence(let old)?, .sequence(let new)?): compare(old, new, schema, at: path)
        case (let old?, let new?):
            if !areEqual(old, new, schema) { found.append(Difference(path: path, from: old, to: new)) }
        }
    }

    private mutating func compare(_ live: Mapping, _ desired: Mapping, _ schema: Schema?, at path: DocumentPath) {
        for entry in desired {
            compare(live[entry.key], entry.value, schema?.field(entry.key), at: path.appending(.key(entry.key)))
        }
        // A map that is replaced whole says of every key whether it is there.
        guard scope == .all || schema?.isAtomicMap == true else { return }
        for entry in live where !desired.contains(entry.key) {
            compare(entry.value, nil, schema?.field(entry.key), at: path.appending(.key(entry.key)))
            if scope == .said, !entry.value.isZero {
                found.append(Difference(path: path.appending(.key(entry.key)), from: entry.value, to: nil))
            }
        }
    }

    private mutating func compare(_ live: [Value], _ desired: [Value], _ schema: Schema?, at path: DocumentPath) {
        guard let old = identities(live, schema), let new = identities(desired, schema) else {
            compareByPlace(live, desired, schema, at: path)
            return
        }
        let item = schema?.item
        let places = Dictionary(old.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        for (index, element) in new.enumerated() {
            let place = places[element]
            compare(place.map { live[$0] }, desired[index], item, at: path.appending(.index(index)))
        }
        guard scope == .all else { return }
        let wanted = Set(new)
        for (index, element) in old.enumerated() where !wanted.contains(element) {
            found.append(Difference(path: path.appending(.index(index)), from: live[index], to: nil))
        }
    }

    /// Lists whose items have no identity: item by item where there are as many, else whole.
    private mutating func compareByPlace(_ live: [Value], _ desired: [Value], _ schema: Schema?, at path: DocumentPath) {
        guard live.count == desired.count else {
            found.append(Difference(path: path, from: .sequence(live), to: .sequence(desired)))
            return
        }
        for index in live.indices {
            compare(live[index], desired[index], schema?.item, at: path.appending(.index(index)))
        }
    }

    /// What tells the items apart; nil where nothing does.
    private func identities(_ items: [Value], _ schema: Schema?) -> [PathElement]? {
        var list = ListSchema(item: .any, type: .map(keys: ["name"]))
        if let schema, case .list(let known) = schema.shape {
            if known.type == .atomic { return nil }
            list = known
        }
        var elements: [PathElement] = []
        for (index, item) in items.enumerated() {
            guard let element = try? list.element(for: item, index: index, path: FieldPath()) else { return nil }
            elements.append(element)
        }
        return Set(elements).count == elements.count ? elements : nil
    }

    private func areEqual(_ left: Value, _ right: Value, _ schema: Schema?) -> Bool {
        if left == right { return true }
        if let a = left.double, let b = right.double { return a == b }
        guard let schema, case .scalar(let scalar) = schema.shape else { return false }
        switch scalar {
        case .quantity:
            guard let a = Quantity(left), let b = Quantity(right) else { return false }
            return a == b
        case .time, .microTime:
            guard let a = left.string.flatMap({ Timestamp($0) }), let b = right.string.flatMap({ Timestamp($0) }) else { return false }
            return a == b
        case .bytes:
            guard let a = left.string.flatMap({ Base64.decode($0) }), let b = right.string.flatMap({ Base64.decode($0) }) else { return false }
            return a == b
        default: return false
        }
    }
}

extension Value {
    fileprivate var unlessZero: Value? {
        guard !isZero else { return Optional.none }
        return self
    }

    /// What Go's `omitempty` leaves out, or a mapping of nothing else.
    fileprivate var isZero: Bool {
        switch self {
        case .null, .bool(false), .int(0), .double(0): true
        case .string(let text): text.isEmpty
        case .sequence(let items): items.isEmpty
        case .mapping(let mapping): mapping.allSatisfy(\.value.isZero)
        default: false
        }
    }
}

extension Schema {
    fileprivate var isAtomicMap: Bool { if case .map(_, isAtomic: true) = shape { true } else { false } }
}
