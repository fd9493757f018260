internal import Basics

/// Keys and values without an order that means anything: what a map of a template holds.
///
/// Most maps have a handful of keys, which are found faster one by one than by a hash;
/// larger ones get an index the first time something is looked up in them.
package struct DatumTable {
    package typealias Element = (key: String, value: Datum)

    private var entries: [Element]
    /// The place of each key, when there are many.
    private var index: [String: Int]?
    private static let indexedFrom = 12

    package init() { entries = [] }

    package init(_ values: [String: Datum]) { entries = values.map { ($0.key, $0.value) } }

    /// Entries whose keys the caller knows to be distinct.
    package init(uniqueEntries: [Element]) { entries = uniqueEntries }

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }
    package var keys: some Sequence<String> { entries.lazy.map(\.key) }

    /// The value under a key. Mutating, because a large table makes its index now.
    mutating func value(_ key: String) -> Datum? {
        if entries.count >= Self.indexedFrom, index == nil { index = madeIndex() }
        return place(of: key).map { entries[$0].value }
    }

    package subscript(_ key: String) -> Datum? {
        get { place(of: key).map { entries[$0].value } }
        set {
            if entries.count >= Self.indexedFrom, index == nil { index = madeIndex() }
            switch (place(of: key), newValue) {
            case (let place?, let value?): entries[place].value = value
            case (let place?, nil): remove(at: place)
            case (nil, let value?):
                index?[key] = entries.count
                entries.append((key, value))
            case (nil, nil): break
            }
        }
    }

    package func mapValues(_ transform: (Datum) throws -> Datum) rethrows -> DatumTable {
        var table = DatumTable(uniqueEntries: try entries.map { ($0.key, try transform($0.value)) })
        table.index = index
        return table
    }

    /// Something else for each value.
    package func mapValues<Other>(_ transform: (Datum) throws -> Other) rethrows -> [String: Other] {
        Dictionary(try entries.map { ($0.key, try transform($0.value)) }, uniquingKeysWith: { first, _ in first })
    }

    /// The entries by key, bytewise, as Go ranges over a map of strings.
    package var sorted: [Element] {
        entries.count < 2 ? entries : entries.sorted { bytesPrecede($0.key, $1.key) }
    }

    private func place(of key: String) -> Int? {
        if let index { return index[key] }
        return entries.firstIndex { $0.key == key }
    }

    /// The last entry takes the place of the one that goes.
    private mutating func remove(at place: Int) {
        index?[entries[place].key] = nil
        let last = entries.removeLast()
        guard place < entries.count else { return }
        entries[place] = last
        index?[last.key] = place
    }

    private func madeIndex() -> [String: Int] {
        Dictionary(entries.enumerated().map { ($0.element.key, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }
}

extension DatumTable: Sequence {
    package func makeIterator() -> IndexingIterator<[Element]> { entries.makeIterator() }
}

extension DatumTable: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, Datum)...) {
        self.init()
        entries.reserveCapacity(elements.count)
        for (key, value) in elements { self[key] = value }
    }
}
