import Glibc

/// Runs `body` on a thread with 512 KiB of stack.
func onSmallStack(_ body: @escaping @Sendable () -> Bool) async -> Bool {
    await withCheckedContinuation { continuation in
        let box = Unmanaged.passRetained(Work(body: body, continuation: continuation))
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        defer { attributes.deallocate() }
        pthread_attr_init(attributes)
        pthread_attr_setstacksize(attributes, 512 * 1024)
        pthread_attr_setdetachstate(attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, attributes,
            { argument in
                guard let argument else { return nil }
                let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                work.continuation.resume(returning: work.body())
                return nil
            }, box.toOpaque())
        pthread_attr_destroy(attributes)
        if status != 0 { box.takeRetainedValue().continuation.resume(returning: false) }
    }
}

private final class Work: Sendable {
    let body: @Sendable () -> Bool
    let continuation: CheckedContinuation<Bool, Never>

    init(body: @escaping @Sendable () -> Bool, continuation: CheckedContinuation<Bool, Never>) {
        self.body = body
        self.continuation = continuation
    }
}
