/// Puts a tree together from the bottom up, with its own stack instead of the
/// thread's: depth costs heap only, whatever thread reads.
struct TreeBuilder: ~Copyable {
    struct Frame {
        var isMapping: Bool
        /// Where this collection's items or entries start on their stack.
        var start: Int
        /// The key the next value belongs to.
        var key = ""
        var mark = KeyMark(hash: 0, line: 0, column: 0)
        var hasKey = false
        /// The next value stands under YAML's merge key `<<`.
        var isMerge = false
    }

    /// Where a key stands, for the error about its second occurrence.
    struct KeyMark {
        var hash: UInt64
        var line: Int32
        var column: Int32

        /// A key that a merge brought; it may be there twice.
        var isMerged: Bool { line < 0 }
    }

    private var items = MoveStack<Value>()
    private var entries = MoveStack<Mapping.Entry>()
    private var marks = MoveStack<KeyMark>()
    private var frames = MoveStack<Frame>()
    var keys = KeyCache()
    /// The finished root.
    private(set) var root: Value?

    init() {}

    var depth: Int { frames.count }

    /// Whether the innermost collection is a mapping.
    var isInMapping: Bool {
        @inline(__always) get { frames.count > 0 && frames.top.pointee.isMapping }
    }

    mutating func takeRoot() -> Value {
        defer { root = nil }
        return root ?? .null
    }

    @inline(__always)
    mutating func begin(mapping: Bool) {
        frames.push(Frame(isMapping: mapping, start: mapping ? entries.count : items.count))
    }

    /// True where the next scalar is a key of the innermost mapping.
    var expectsKey: Bool {
        @inline(__always) get { isInMapping && !frames.top.pointee.hasKey }
    }

    @inline(__always)
    mutating func setKey(_ key: consuming String, mark: KeyMark) {
        guard frames.count > 0 else { return }
        frames.top.pointee.key = key
        frames.top.pointee.mark = mark
        frames.top.pointee.hasKey = true
    }

    mutating func setMergeKey() {
        guard frames.count > 0 else { return }
        frames.top.pointee.hasKey = true
        frames.top.pointee.isMerge = true
    }

    var expectsMerge: Bool {
        @inline(__always) get { frames.count > 0 && frames.top.pointee.isMerge }
    }

    /// Adds the entries of a mapping, or of a sequence of mappings, to the
    /// innermost mapping; false where it is neither. Later entries win, as
    /// sigs.k8s.io/yaml has it; of a sequence the first mapping wins.
    mutating func merge(_ value: Value) -> Bool {
        guard frames.count > 0 else { return false }
        frames.top.pointee.hasKey = false
        frames.top.pointee.isMerge = false
        switch value {
        case .mapping(let mapping):
            for entry in mapping.entries {
                var key = entry.key
                let hash = key.withUTF8 { KeyCache.hash($0) }
                entries.push(entry)
                marks.push(KeyMark(hash: hash, line: -1, column: 0))
            }
            return true
        case .sequence(let mappings):
            for mapping in mappings.reversed() {
                guard case .mapping = mapping, merge(mapping) else { return false }
            }
            return true
        default: return false
        }
    }

    @inline(__always)
    mutating func add(_ value: consuming Value) {
        guard frames.count > 0 else {
            root = value
            return
        }
        if frames.top.pointee.isMapping {
            frames.top.pointee.hasKey = false
            var key = ""
            swap(&key, &frames.top.pointee.key)
            entries.push(Mapping.Entry(key: key, value: value))
            marks.push(frames.top.pointee.mark)
        } else {
            items.push(value)
        }
    }

    /// The second occurrence of a key in one mapping.
    struct Duplicate {
        var key: String
        var mark: KeyMark
    }

    struct Ended {
        var value: Value
        /// The first of the duplicate keys; the value holds the last entry of each.
        var duplicate: Duplicate?
    }

    /// Ends the innermost collection without adding it to the one around it.
    @inline(__always)
    mutating func end() -> Ended {
        guard let frame = frames.pop() else { return Ended(value: .null) }
        guard frame.isMapping else { return Ended(value: .sequence(items.popArray(from: frame.start))) }
        // Marks and entries are pushed in step.
        if hasEqualHashes(from: frame.start) { return withoutDuplicates(from: frame.start) }
        marks.truncate(to: frame.start)
        return Ended(value: .mapping(Mapping(uniqueEntries: entries.popArray(from: frame.start))))
    }

    private func hasEqualHashes(from start: Int) -> Bool {
        let marks = marks.elements(from: start)
        if marks.count <= 24 {
            var index = 1
            while index < marks.count {
                let hash = marks[index].hash
                var other = 0
                while other < index {
                    if marks[other].hash == hash { return true }
                    other &+= 1
                }
                index &+= 1
            }
            return false
        }
        let hashes = marks.map(\.hash).sorted()
        return zip(hashes, hashes.dropFirst()).contains { $0 == $1 }
    }

    /// The last value of each key, at the place of its first.
    @inline(never)
    private mutating func withoutDuplicates(from start: Int) -> Ended {
        let marked = Array(marks.elements(from: start))
        marks.truncate(to: start)
        var places: [String: (index: Int, isMerged: Bool)] = [:]
        var result: [Mapping.Entry] = []
        var duplicate: Duplicate?
        for (entry, mark) in zip(entries.popArray(from: start), marked) {
            guard let place = places[entry.key] else {
                places[entry.key] = (result.count, mark.isMerged)
                result.append(entry)
                continue
            }
            if duplicate == nil, !place.isMerged, !mark.isMerged { duplicate = Duplicate(key: entry.key, mark: mark) }
            result[place.index] = entry
            places[entry.key] = (place.index, mark.isMerged)
        }
        return Ended(value: .mapping(Mapping(uniqueEntries: result)), duplicate: duplicate)
    }
}
