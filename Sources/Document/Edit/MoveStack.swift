/// A stack whose top part can be moved out as an array of exactly that size.
///
/// The readers collect the items of all open sequences and mappings on one
/// stack, so that a finished one is allocated once and nothing is copied.
struct MoveStack<Element>: ~Copyable {
    private var base: UnsafeMutablePointer<Element>
    private var capacity = 64
    private(set) var count = 0

    init() { base = .allocate(capacity: 64) }

    deinit {
        base.deinitialize(count: count)
        base.deallocate()
    }

    @inline(__always)
    mutating func push(_ element: consuming Element) {
        if count == capacity { grow() }
        (base + count).initialize(to: element)
        count &+= 1
    }

    /// The topmost element, to be used only while `count` is above 0 and until the next push.
    var top: UnsafeMutablePointer<Element> {
        @inline(__always) get { base + (count &- 1) }
    }

    @inline(__always)
    mutating func pop() -> Element? {
        guard count > 0 else { return nil }
        count &-= 1
        return (base + count).move()
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity &* 2)
        larger.moveInitialize(from: base, count: count)
        base.deallocate()
        base = larger
        capacity &*= 2
    }

    /// What lies above `start`, which must not exceed `count`.
    func elements(from start: Int) -> UnsafeMutableBufferPointer<Element> {
        UnsafeMutableBufferPointer(start: base + start, count: count &- start)
    }

    /// What lies above `start` as an array, moved.
    @inline(__always)
    mutating func popArray(from start: Int) -> [Element] {
        let size = count &- start
        guard size > 0 else { return [] }
        count = start
        let from = base + start
        var array: [Element] = []
        array.reserveCapacity(size)
        for offset in 0..<size { array.append((from + offset).move()) }
        return array
    }

    mutating func truncate(to start: Int) {
        (base + start).deinitialize(count: count &- start)
        count = start
    }
}
