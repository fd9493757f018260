/// The difference of two texts as `diff -u` prints it; empty where they are equal.
///
/// Shortest edits by Myers' greedy algorithm ("An O(ND) Difference Algorithm and
/// Its Variations", 1986); texts further apart than `editLimit` lines are shown
/// as replaced between their common head and tail, to bound time and memory.
package func unifiedDiff(_ from: String, _ to: String, fromName: String, toName: String, context: Int = 3) -> String {
    if from.utf8.elementsEqual(to.utf8) { return "" }
    let old = lines(of: from), new = lines(of: to)
    let edits = lineEdits(old, new)
    var text = Array("--- \(fromName)\n+++ \(toName)\n".utf8)
    for hunk in hunks(of: edits, context: max(0, context)) { text += hunkText(edits[hunk], edits[..<hunk.lowerBound]) }
    return String(decoding: text, as: UTF8.self)
}

private let editLimit = 1500

/// Bytes, because texts that only look the same (Unicode's canonical equivalence) do differ.
private typealias Line = ArraySlice<UInt8>

private enum LineEdit {
    case keep(Line), delete(Line), insert(Line)

    var isKept: Bool { if case .keep = self { true } else { false } }
}

/// Lines with their ends, so that a missing last newline is a difference.
private func lines(of text: String) -> [Line] {
    var lines: [Line] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let end = rest.firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? rest.endIndex
        lines.append(rest[..<end])
        rest = rest[end...]
    }
    return lines
}

private func lineEdits(_ old: [Line], _ new: [Line]) -> [LineEdit] {
    var head = 0
    while head < old.count, head < new.count, old[head] == new[head] { head += 1 }
    var tail = 0
    while tail < old.count - head, tail < new.count - head, old[old.count - 1 - tail] == new[new.count - 1 - tail] { tail += 1 }
    let left = Array(old[head..<(old.count - tail)]), right = Array(new[head..<(new.count - tail)])
    return old[..<head].map { .keep($0) } + shortestEdits(left, right) + old[(old.count - tail)...].map { .keep($0) }
}

private func shortestEdits(_ old: [Line], _ new: [Line]) -> [LineEdit] {
    let replaced = old.map { LineEdit.delete($0) } + new.map { LineEdit.insert($0) }
    if old.isEmpty || new.isEmpty { return replaced }
    // Numbers compare faster than lines.
    var numbers: [Line: Int] = [:]
    func number(_ line: Line) -> Int {
        if let known = numbers[line] { return known }
        numbers[line] = numbers.count
        return numbers.count - 1
    }
    let a = old.map(number), b = new.map(number)
    guard let trace = furthestReaching(a, b) else { return replaced }

    // From the end back: each distance is a run of equal lines and the edit before it.
    var edits: [LineEdit] = []
    var (x, y) = (a.count, b.count)
    for distance in trace.indices.reversed() where distance > 0 {
        let diagonal = x - y
        let before = previousDiagonal(trace[distance - 1], distance, diagonal)
        let startX = trace[distance - 1][before + distance - 1]
        let startY = startX - before
        while x > startX, y > startY {
            (x, y) = (x - 1, y - 1)
            edits.append(.keep(old[x]))
        }
        if before > diagonal {
            y -= 1
            edits.append(.insert(new[y]))
        } else {
            x -= 1
            edits.append(.delete(old[x]))
        }
    }
    while x > 0 {
        x -= 1
        edits.append(.keep(old[x]))
    }
    return edits.reversed()
}

/// The diagonal from which the path came: the neighbor that reaches further.
private func previousDiagonal(_ reach: [Int], _ distance: Int, _ diagonal: Int) -> Int {
    let offset = distance - 1
    func value(_ diagonal: Int) -> Int { reach.indices.contains(diagonal + offset) ? reach[diagonal + offset] : -1 }
    return diagonal == -distance || (diagonal != distance && value(diagonal - 1) < value(diagonal + 1)) ? diagonal + 1 : diagonal - 1
}

/// For every distance the furthest point on each diagonal; nil over the limit.
private func furthestReaching(_ a: [Int], _ b: [Int]) -> [[Int]]? {
    var trace: [[Int]] = []
    for distance in 0...min(editLimit, a.count + b.count) {
        var reach = [Int](repeating: -1, count: 2 * distance + 1)
        for diagonal in stride(from: -distance, through: distance, by: 2) {
            var x = 0
            if let last = trace.last {
                let before = previousDiagonal(last, distance, diagonal)
                let start = last.indices.contains(before + distance - 1) ? last[before + distance - 1] : -1
                guard start >= 0 else { continue }
                x = before < diagonal ? start + 1 : start
            }
            var y = x - diagonal
            guard x >= 0, y >= 0, x <= a.count, y <= b.count else { continue }
            while x < a.count, y < b.count, a[x] == b[y] { (x, y) = (x + 1, y + 1) }
            reach[diagonal + distance] = x
            if x == a.count, y == b.count {
                trace.append(reach)
                return trace
            }
        }
        trace.append(reach)
    }
    return nil
}

/// Ranges of edits that are shown together.
private func hunks(of edits: [LineEdit], context: Int) -> [Range<Int>] {
    var hunks: [Range<Int>] = []
    for (index, edit) in edits.enumerated() where !edit.isKept {
        let range = max(0, index - context)..<min(edits.count, index + context + 1)
        if let last = hunks.last, range.lowerBound <= last.upperBound {
            hunks[hunks.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
        } else {
            hunks.append(range)
        }
    }
    return hunks
}

private func hunkText(_ edits: ArraySlice<LineEdit>, _ before: ArraySlice<LineEdit>) -> [UInt8] {
    func count(_ edits: ArraySlice<LineEdit>) -> (old: Int, new: Int) {
        edits.reduce(into: (old: 0, new: 0)) { counts, edit in
            switch edit {
            case .keep: counts = (counts.old + 1, counts.new + 1)
            case .delete: counts.old += 1
            case .insert: counts.new += 1
            }
        }
    }
    let start = count(before), size = count(edits)
    func place(_ start: Int, _ size: Int) -> String {
        let line = size == 0 ? start : start + 1
        return size == 1 ? "\(line)" : "\(line),\(size)"
    }
    var text = Array("@@ -\(place(start.old, size.old)) +\(place(start.new, size.new)) @@\n".utf8)
    for edit in edits {
        let (mark, line): (Unicode.Scalar, Line) =
            switch edit {
            case .keep(let line): (" ", line)
            case .delete(let line): ("-", line)
            case .insert(let line): ("+", line)
            }
        text.append(UInt8(ascii: mark))
        text += line
        if line.last != UInt8(ascii: "\n") { text += "\n\\ No newline at end of file\n".utf8 }
    }
    return text
}
