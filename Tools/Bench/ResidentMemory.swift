import FoundationEssentials
import Glibc

/// What the kernel says of a process, in MiB.
struct ResidentMemory {
    /// Now, and the most there ever was.
    var now = 0.0
    var peak = 0.0

    /// Of another process, or of this one.
    init(of pid: Int32? = nil) {
        guard let text = try? String(contentsOf: URL(filePath: "/proc/\(pid.map(String.init) ?? "self")/status"), encoding: .utf8) else { return }
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

/// What another process has used of the processors so far, in the kernel's hundredths of a second.
func processorTime(of pid: Int32) -> Duration {
    guard let text = try? String(contentsOf: URL(filePath: "/proc/\(pid)/stat"), encoding: .utf8) else { return .zero }
    // The second field is the name in brackets, which may hold anything; user and system time are the 14th and 15th.
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ").dropFirst(12).prefix(2)
    return .milliseconds(10) * fields.reduce(0) { $0 + (Int($1) ?? 0) }
}
