import Glibc

/// Runs work on a thread of its own with a stack of that size, and waits for it.
///
/// For pure recursive work on data from outside, such as templates that include
/// templates: a task's thread has a stack of 8 MiB or less, and running over its end
/// cannot be caught. Only pages that are used take memory.
package func withLargeStack<Result, Failure: Error>(
    bytes: Int = 256 << 20, _ work: () throws(Failure) -> Result
) throws(Failure) -> Result {
    // The closure leaves this thread for another, but this one waits until it is done.
    var outcome: Swift.Result<Result, Failure>?
    withoutActuallyEscaping(work) { work in
        let run: () -> Void = {
            do throws(Failure) { outcome = .success(try work()) } catch { outcome = .failure(error) }
        }
        let box = Unmanaged.passRetained(StackWork(run))
        var attributes = pthread_attr_t()
        var thread = pthread_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, max(bytes, 1 << 20))
        let status = pthread_create(
            &thread, &attributes,
            { argument in
                if let argument { Unmanaged<StackWork>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, box.toOpaque())
        pthread_attr_destroy(&attributes)
        if status == 0 {
            pthread_join(thread, nil)
        } else {
            // No memory for the thread: better on this stack than not at all.
            box.takeRetainedValue().run()
        }
    }
    switch outcome {
    case .success(let result): return result
    case .failure(let error): throw error
    case nil: preconditionFailure("the thread ended without its work")
    }
}

private final class StackWork {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
}
