/// How many pods each version has: functions of the full size, so that a change
/// of the Deployment's replicas is spread again at the next look.
package struct ArmSizes: Sendable, Hashable {
    package var stable: Int
    package var next: Int

    package init(stable: Int, next: Int) {
        self.stable = stable
        self.next = next
    }

    /// Both at full size: before and after the switch of blue-green, and while the candidate takes over.
    package static func both(_ size: Int) -> ArmSizes { ArmSizes(stable: size, next: size) }

    /// For one step.
    ///
    /// - With routes the stable version keeps all its pods, so that the way back is instant; the candidate has its share
    ///   on top.
    /// - Without, the share of pods is the share of requests: together they are the full size, and each has at least
    ///   one pod.
    package static func of(_ exposure: Exposure, size: Int, mode: RolloutTraffic.Mode) -> ArmSizes {
        let size = max(1, size)
        switch (exposure, mode) {
        case (.preview, _), (.weight(100), _), (.matching, _): return .both(size)
        case (.weight(let percent), .routes), (.weight(let percent), .selector),
            (.mirror(let percent), _):
            return ArmSizes(stable: size, next: share(percent, of: size, roundingUp: true))
        case (.weight(let percent), .replicas):
            guard size > 1 else { return .both(1) }
            let next = min(size - 1, max(1, share(percent, of: size, roundingUp: false)))
            return ArmSizes(stable: size - next, next: next)
        }
    }

    private static func share(_ percent: Int, of size: Int, roundingUp: Bool) -> Int {
        let (product, overflow) = size.multipliedReportingOverflow(by: max(0, min(100, percent)))
        guard !overflow else { return size }
        return max(1, (product &+ (roundingUp ? 99 : 50)) / 100)
    }
}
