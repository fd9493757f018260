import Glibc

/// Runs work on a thread of its own with a stack of 256 MiB, and waits for it.
///
/// For pure recursive work on data from outside, such as templates that include
/// templates: a task's thread has a stack of 8 MiB or less, and running over its end
/// cannot be caught. Only pages that are used take memory. A thread that has done its
/// work waits a while for more: making one costs as much as rendering a small chart.
package func withLargeStack<Result, Failure: Error>(_ work: () throws(Failure) -> Result) throws(Failure) -> Result {
    // The closure leaves this thread for another, but this one waits until it is done.
    var outcome: Swift.Result<Result, Failure>?
    withoutActuallyEscaping(work) { work in
        StackThread.run {
            do throws(Failure) { outcome = .success(try work()) } catch { outcome = .failure(error) }
        }
    }
    switch outcome {
    case .success(let result): return result
    case .failure(let error): throw error
    case nil: preconditionFailure("the thread ended without its work")
    }
}

/// A thread with a large stack that takes one piece of work at a time.
private final class StackThread: @unchecked Sendable {
    private static let stackBytes = 256 << 20
    /// How long one waits for more work before its stack is given back, in seconds.
    private static let patience = 5
    private static let idle = Locked<[StackThread]>([])

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    // Guarded by the mutex.
    private var work: (() -> Void)?

    static func run(_ work: @escaping () -> Void) {
        let thread = idle.withLock { $0.popLast() } ?? StackThread.started()
        // No memory for a thread: better on this stack than not at all.
        guard let thread else { return work() }
        thread.perform(work)
        idle.withLock { $0.append(thread) }
    }

    private init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(changed)
        mutex.deallocate()
        changed.deallocate()
    }

    private static func started() -> StackThread? {
        let new = StackThread()
        let box = Unmanaged.passRetained(new)
        var attributes = pthread_attr_t()
        var thread = pthread_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, stackBytes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                if let argument { Unmanaged<StackThread>.fromOpaque(argument).takeRetainedValue().loop() }
                return nil
            }, box.toOpaque())
        pthread_attr_destroy(&attributes)
        if status == 0 { return new }
        box.release()
        return nil
    }

    /// Hands the work over and waits until it is done.
    private func perform(_ work: @escaping () -> Void) {
        pthread_mutex_lock(mutex)
        self.work = work
        pthread_cond_broadcast(changed)
        while self.work != nil { pthread_cond_wait(changed, mutex) }
        pthread_mutex_unlock(mutex)
    }

    private func loop() {
        pthread_mutex_lock(mutex)
        while true {
            while work == nil {
                var deadline = timespec()
                clock_gettime(CLOCK_REALTIME, &deadline)
                deadline.tv_sec += Self.patience
                let status = pthread_cond_timedwait(changed, mutex, &deadline)
                // Whoever took this thread from the list will give it work.
                if status == ETIMEDOUT, work == nil, leaves() {
                    pthread_mutex_unlock(mutex)
                    return
                }
            }
            let current = work
            pthread_mutex_unlock(mutex)
            current?()
            pthread_mutex_lock(mutex)
            work = nil
            pthread_cond_broadcast(changed)
        }
    }

    /// Takes this thread off the list; false when somebody has taken it already.
    private func leaves() -> Bool {
        Self.idle.withLock { idle in
            guard let index = idle.firstIndex(where: { $0 === self }) else { return false }
            idle.remove(at: index)
            return true
        }
    }
}
