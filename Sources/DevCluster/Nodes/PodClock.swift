package import Basics
package import Kubernetes

/// What a node remembers of its pods: moments finer than the seconds the API
/// knows, and the addresses it gave. Lost with the process; then the times and
/// addresses in the pods count.
package final class PodClock: Sendable {
    /// One pod's moments.
    package struct Moments: Sendable, Hashable {
        /// When the node first saw the pod.
        package var seen: Timestamp
        /// When its containers last began to run.
        package var ran: Timestamp?
        /// When they failed, while they wait to run again.
        package var ended: Timestamp?
        package var restarts = 0
        /// When the node first saw that the pod is to go.
        package var stopping: Timestamp?

        package init(seen: Timestamp) { self.seen = seen }
    }

    private struct Memory: Sendable {
        var moments: [ObjectKey: (uid: String, Moments)] = [:]
        var addresses: [ObjectKey: String] = [:]
        var used: Set<String> = []
        var next = 0
    }

    private let memory = Locked(Memory())

    package init() {}

    /// Nil for a pod that was not seen yet, also when another of its name was.
    package func moments(of pod: Object) -> Moments? {
        memory.withLock { memory in
            guard let (uid, moments) = memory.moments[pod.key], uid == pod.uid else { return nil }
            return moments
        }
    }

    package func set(_ moments: Moments, of pod: Object) { memory.withLock { $0.moments[pod.key] = (pod.uid, moments) } }

    package func forget(_ key: ObjectKey) {
        memory.withLock { memory in
            memory.moments[key] = nil
            if let address = memory.addresses.removeValue(forKey: key) { memory.used.remove(address) }
        }
    }

    /// A pod's address out of 10.244.0.0/16: the one it has, or one nobody has.
    package func address(of pod: Object) -> String {
        let key = pod.key
        let known = pod.string("status", "podIP")
        return memory.withLock { memory in
            if let address = known ?? memory.addresses[key] {
                memory.addresses[key] = address
                memory.used.insert(address)
                return address
            }
            // 250 × 250 addresses; past that they repeat.
            for _ in 0..<62_500 {
                let number = memory.next
                memory.next = (number + 1) % 62_500
                let address = "10.244.\(number / 250).\(number % 250 + 1)"
                guard memory.used.insert(address).inserted else { continue }
                memory.addresses[key] = address
                return address
            }
            return "10.244.0.1"
        }
    }
}
