internal import Basics
internal import Glibc

/// A thread that runs an actor's jobs, for calls that block: the cooperative
/// pool has one thread per core and must never wait.
///
/// Ends when the executor is dropped.
final class GitThread: SerialExecutor, @unchecked Sendable {
    /// Jobs hold the executor until they have run.
    private struct Entry {
        var job: UnownedJob
        var executor: GitThread
    }

    /// The jobs that wait, in a box the thread may hold without holding the executor.
    private final class Queue: @unchecked Sendable {
        private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
        private var entries: [Entry] = []
        private var isClosed = false

        init() {
            mutex.initialize(to: pthread_mutex_t())
            condition.initialize(to: pthread_cond_t())
            pthread_mutex_init(mutex, nil)
            pthread_cond_init(condition, nil)
        }

        deinit {
            pthread_cond_destroy(condition)
            pthread_mutex_destroy(mutex)
            condition.deallocate()
            mutex.deallocate()
        }

        func append(_ entry: Entry) {
            pthread_mutex_lock(mutex)
            entries.append(entry)
            pthread_cond_signal(condition)
            pthread_mutex_unlock(mutex)
        }

        func close() {
            pthread_mutex_lock(mutex)
            isClosed = true
            pthread_cond_signal(condition)
            pthread_mutex_unlock(mutex)
        }

        /// Waits for jobs; empty when it is over.
        func take() -> [Entry] {
            pthread_mutex_lock(mutex)
            defer { pthread_mutex_unlock(mutex) }
            while entries.isEmpty, !isClosed { pthread_cond_wait(condition, mutex) }
            defer { entries = [] }
            return entries
        }
    }

    private let queue = Queue()

    init() throws(GitError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        defer { pthread_attr_destroy(&attributes) }
        let context = Unmanaged.passRetained(queue)
        var thread = pthread_t()
        let code = pthread_create(&thread, &attributes, { context in
            guard let context else { return nil }
            let queue = Unmanaged<Queue>.fromOpaque(context).takeRetainedValue()
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            while true {
                let entries = queue.take()
                if entries.isEmpty { return nil }
                for entry in entries { entry.job.runSynchronously(on: entry.executor.asUnownedSerialExecutor()) }
            }
        }, context.toOpaque())
        if code != 0 {
            context.release()
            throw GitError(.other, "no thread for git (error \(code))", place: "thread", advice: "raise the limit of threads")
        }
    }

    deinit { queue.close() }

    func enqueue(_ job: consuming ExecutorJob) { queue.append(Entry(job: UnownedJob(job), executor: self)) }

    func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }
}
