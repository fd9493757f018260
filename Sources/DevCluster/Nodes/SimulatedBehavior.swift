internal import Document
package import Kubernetes

/// What a pod is to do on a simulated node: what its annotations ask for, else what the options say.
///
/// | annotation `sim.martlet.dev/…` | |
/// | --- | --- |
/// | `ready-after: 5s` | ready so long after its containers run |
/// | `never-ready: "true"` | runs, and never passes its readiness probe |
/// | `image-pull: fail` | `ImagePullBackOff`; so does any image with the tag `does-not-exist` |
/// | `crash-loop: "true"` | fails again and again: `CrashLoopBackOff` |
/// | `exit-code: "1"` | what its containers end with |
/// | `run-for: 2s` | how long a pod that is meant to end (restart policy not `Always`) runs |
package struct SimulatedBehavior: Sendable, Hashable {
    package var readyAfter: Duration
    package var isNeverReady: Bool
    /// The image cannot be had.
    package var failsToPull: Bool
    package var exitCode: Int
    package var crashLoops: Bool
    /// Nil: runs until it is told to stop.
    package var runFor: Duration?

    package init(of pod: Object, _ options: NodeOptions) {
        func annotation(_ name: String) -> String? { pod.annotation("sim.martlet.dev/\(name)") }
        readyAfter = annotation("ready-after").flatMap(duration) ?? options.readyDelay
        isNeverReady = annotation("never-ready") == "true"
        let images = (pod.sequence("spec", "containers") + pod.sequence("spec", "initContainers")).compactMap { $0["image"]?.string }
        failsToPull = annotation("image-pull") == "fail" || images.contains { tag(of: $0) == "does-not-exist" }
        let code = annotation("exit-code").flatMap { Int32($0) }.map { Int($0) }
        crashLoops = annotation("crash-loop").map { $0 != "false" } ?? false
        exitCode = code ?? (crashLoops ? 1 : 0)
        let ends = (pod.string("spec", "restartPolicy") ?? "Always") != "Always"
        runFor = ends ? annotation("run-for").flatMap(duration) ?? options.runFor : nil
    }
}

/// Go's notation for durations, as far as annotations need it: `5s`, `250ms`, `1m30s`.
package func duration(_ text: String) -> Duration? {
    let units: [(String, Duration)] = [
        ("ms", .milliseconds(1)), ("us", .microseconds(1)), ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600)),
    ]
    var rest = text[...]
    var total = Duration.zero
    guard !rest.isEmpty, text.utf8.count <= 32 else { return nil }
    while !rest.isEmpty {
        let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let number = Double(digits), number <= 1_000_000 else { return nil }
        rest = rest.dropFirst(digits.count)
        guard let unit = units.first(where: { rest.hasPrefix($0.0) }) else { return nil }
        rest = rest.dropFirst(unit.0.count)
        total += unit.1 * number
    }
    return total
}

/// The tag of an image reference; nil where it has none.
private func tag(of image: String) -> Substring? {
    let name = image.split(separator: "@", maxSplits: 1).first ?? ""
    guard let colon = name.lastIndex(of: ":"), !name[colon...].contains("/") else { return nil }
    return name[name.index(after: colon)...]
}
