/// A node of a parsed text: what it is, where it stands, and where the things that
/// belong to it are found in the tree.
///
/// Plain numbers instead of objects: a chart has ten thousands of nodes, and making and
/// freeing an object for each was most of what parsing cost. What the numbers mean:
///
/// | kind | first, count | other | slot | flag |
/// | --- | --- | --- | --- | --- |
/// | text | bytes | | | |
/// | action | | pipeline | | only sets variables |
/// | if, with, range | links: pipeline, body, otherwise | | | |
/// | template | links: pipeline, or none | string: name | | |
/// | list | links: statements | | | |
/// | pipeline | links: commands | link: first variable | variables | assigns with `=` |
/// | command | links: operands | | | |
/// | bool | | | | its value |
/// | number | | number | | |
/// | string | bytes, as written | string: value | | |
/// | field | strings: names | | | |
/// | variable | strings: fields | string: name | of the frame, or -1 | holds an item of a range |
/// | function | | string: name | its place | |
/// | chain | strings: fields | operand | | |
/// | parenthesized | | pipeline | | |
///
/// A function's `count` is 1 + the place of the built-in it is among `Builtin.allCases`, or 0.
struct Node: Sendable {
    enum Kind: UInt8, Sendable {
        case text, action, ifTrue, with, range, template, breakLoop, continueLoop
        /// Only while parsing: what ends a list.
        case end, otherwise
        case list, pipeline, command
        case dot, null, bool, number, string, field, variable, function, chain, parenthesized
    }

    var kind: Kind
    var flag = false
    /// Bytes from the start of the text.
    var position: Int32
    var first: Int32 = 0
    var count: Int32 = 0
    var other: Int32 = 0
    var slot: Int32 = 0
}

/// The nodes of one text and of every `define` in it.
struct SyntaxTree: Sendable {
    /// The text itself: UTF-8.
    let bytes: [UInt8]
    private(set) var nodes: [Node] = []
    private(set) var links: [Int32] = []
    private(set) var strings: [String] = []
    private(set) var numbers: [NumberLiteral] = []

    init(bytes: [UInt8]) {
        self.bytes = bytes
        nodes.reserveCapacity(bytes.count / 8)
        links.reserveCapacity(bytes.count / 8)
    }

    subscript(_ index: Int) -> Node { nodes[index] }

    /// What belongs to a node, as indexes of nodes.
    func child(_ node: Node, _ place: Int) -> Int { Int(links[Int(node.first) + place]) }

    /// Where a node's links are.
    func range(_ node: Node) -> Range<Int> { Int(node.first)..<Int(node.first) + Int(node.count) }

    func string(_ index: Int32) -> String { strings[Int(index)] }

    // MARK: Building

    mutating func add(_ node: Node) -> Int32 {
        nodes.append(node)
        return Int32(truncatingIfNeeded: nodes.count - 1)
    }

    mutating func add(_ string: String) -> Int32 {
        strings.append(string)
        return Int32(truncatingIfNeeded: strings.count - 1)
    }

    mutating func add(_ number: NumberLiteral) -> Int32 {
        numbers.append(number)
        return Int32(truncatingIfNeeded: numbers.count - 1)
    }

    /// Makes links of what lies in `pending` from `mark` on, and takes it away there.
    mutating func link(_ pending: inout [Int32], from mark: Int) -> (first: Int32, count: Int32) {
        let first = Int32(truncatingIfNeeded: links.count)
        let count = Int32(truncatingIfNeeded: pending.count - mark)
        for place in mark..<pending.count { links.append(pending[place]) }
        pending.removeLast(pending.count - mark)
        return (first, count)
    }

    mutating func update(_ index: Int32, _ change: (inout Node) -> Void) { change(&nodes[Int(index)]) }

    // MARK: Places

    func place(of position: Int) -> (line: Int, column: Int) {
        var line = 1
        var start = 0
        for (index, byte) in bytes.prefix(max(0, position)).enumerated() where byte == UInt8(ascii: "\n") {
            line += 1
            start = index + 1
        }
        return (line, position - start)
    }

    /// Nothing but space: such a definition does not replace another.
    func isEmpty(_ list: Int32) -> Bool {
        range(nodes[Int(list)]).allSatisfy { link in
            let node = nodes[Int(links[link])]
            guard node.kind == .text else { return false }
            return String(decoding: bytes[range(node)], as: UTF8.self).unicodeScalars.allSatisfy { $0.properties.isWhitespace }
        }
    }
}
