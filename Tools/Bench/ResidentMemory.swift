import FoundationEssentials
import Glibc

/// What the kernel says of this process, in MiB.
struct ResidentMemory {
    /// Now, and the most there ever was.
    var now = 0.0
    var peak = 0.0

    init() {
        guard let text = try? String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8) else { return }
        func number(_ field: String) -> Double {
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("\(field):") }) else { return 0 }
            let digits = line.filter { $0.isASCII && $0.isNumber }
            return (Double(digits) ?? 0) / 1024
        }
        now = number("VmRSS")
        peak = number("VmHWM")
    }

    var text: String { "\(now.rounded(toPlaces: 1)) MiB now, \(peak.rounded(toPlaces: 1)) MiB at most" }
}

/// What this process has used of the processors so far.
func processorTime() -> Duration {
    var spec = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spec)
    return .seconds(spec.tv_sec) + .nanoseconds(spec.tv_nsec)
}
