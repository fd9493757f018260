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

    @inline(__always)
    mutating func popArray(from start: Int) -> [Element] {
        let size = count &- start
        guard size > 0 else { return [] }
        count = start
        let from = base + start
        return Array(unsafeUninitializedCapacity: size) { buffer, initialized in
            if let target = buffer.baseAddress { target.moveInitialize(from: from, count: size) }
            initialized = size
        }
    }

    mutating func truncate(to start: Int) {
        (base + start).deinitialize(count: count &- start)
        count = start
    }
}
