package import Basics
package import Delivery
package import Kubernetes
internal import Registry

/// What a commit of Martlet's says: its message for people and `git log`, and
/// the annotation that stays beside the workload.
///
/// Everything from outside is put on one line first, so that no name, reason or
/// policy can write a line of its own.
package enum CommitText {
    package static let workloadTrailer = "Martlet-Workload"
    package static let policyTrailer = "Martlet-Policy"
    /// Who asked for it on the command line, the page or the API.
    package static let requesterTrailer = "Requested-by"

    /// A commit that does something else than following tags.
    package enum Verb: String, Sendable, Hashable, CaseIterable {
        case automate, deautomate, lock, unlock, rollback

        var word: String {
            switch self {
            case .automate: "Automate"
            case .deautomate: "Stop automating"
            case .lock: "Lock"
            case .unlock: "Unlock"
            case .rollback: "Roll back"
            }
        }
    }

    /// Of the bumps that are made together. The requester is nil for automation.
    package static func message(bumps: [Bump], requester: String? = nil) -> String {
        let bumps = sorted(bumps)
        let subject: String
        if let only = bumps.first, bumps.count == 1 {
            subject = Self.subject("Release", only.workload, steps(only))
        } else {
            subject = "Release \(bumps.count) images"
        }
        return message(subject, body: bumps.count > 1 ? lines(bumps) : nil, bumps.map(\.workload), bumps.map(\.policy), requester)
    }

    /// Of an edit of a workload's annotations; a rollback has bumps, too.
    package static func message(
        _ verb: Verb, workload: ObjectKey, requester: String? = nil, reason: String? = nil, bumps: [Bump] = []
    ) -> String {
        let bumps = sorted(bumps)
        let subject = Self.subject(verb.word, workload, bumps.count == 1 ? bumps.first.map(steps) ?? [] : [])
        var body = bumps.count > 1 ? lines(bumps) : ""
        if let reason, !reason.isEmpty { body += (body.isEmpty ? "" : "\n") + "Reason: \(printable(reason, limit: 1000))\n" }
        return message(subject, body: body.isEmpty ? nil : body, [workload] + bumps.map(\.workload), bumps.map(\.policy), requester)
    }

    /// Of a commit that takes back a version which its rollout sent back.
    package static func revert(_ release: RejectedRelease, bumps: [Bump] = []) -> String {
        let bumps = sorted(bumps)
        let subject = Self.subject("Revert", release.workload, bumps.count == 1 ? bumps.first.map(steps) ?? [] : [])
        var body = bumps.count > 1 ? lines(bumps) + "\n" : ""
        body += "\(printable(release.revision)) was tried and sent back.\nReason: \(printable(release.reason, limit: 1000))\n"
        return message(subject, body: body, [release.workload] + bumps.map(\.workload), [], nil)
    }

    /// `front-end 0.3.12 -> 0.3.13, semver:~0.3, 2026-11-21T05:12:33Z`, for each of
    /// the workload's containers that changed; in a person's release the second
    /// part is who asked.
    package static func annotation(_ bumps: [Bump], at time: Timestamp, requester: String? = nil) -> String {
        let parts = sorted(bumps).map { bump in
            let who = requester.map { "by \($0)" } ?? "by hand"
            let part = bump.policy.isEmpty ? who : bump.policy
            return printable("\(bump.container) \(change(bump, arrow: "->")), \(part), \(time)")
        }
        // Workloads of one chart may have containers of one name.
        return parts.indices.filter { !parts[..<$0].contains(parts[$0]) }.map { parts[$0] }.joined(separator: "; ")
    }

    /// The workloads a commit's trailers name, as history asks for them; what cannot be read is left out.
    package static func workloads(of message: String) -> [WorkloadName] {
        Trailers(of: message)[workloadTrailer].compactMap { WorkloadName($0) }
    }

    /// The annotation's text made one place for both: the same order for the same bumps.
    private static func sorted(_ bumps: [Bump]) -> [Bump] {
        bumps.sorted { ($0.workload, $0.container, $0.to.description) < ($1.workload, $1.container, $1.to.description) }
    }

    private static func message(
        _ subject: String, body: String?, _ workloads: [ObjectKey], _ policies: [String], _ requester: String?
    ) -> String {
        var trailers = Set(workloads).sorted().map { Trailers.Trailer(workloadTrailer, $0.description) }
        trailers += Set(policies).filter { !$0.isEmpty }.sorted().map { Trailers.Trailer(policyTrailer, $0) }
        if let requester, !requester.isEmpty { trailers.append(Trailers.Trailer(requesterTrailer, printable(requester, limit: 200))) }
        let text = Trailers(trailers).text
        return subject + "\n" + (body.map { "\n\($0)" } ?? "") + (text.isEmpty ? "" : "\n\(text)")
    }

    private static func lines(_ bumps: [Bump]) -> String {
        bumps.map { bump in
            printable("- \(shortName(bump.workload)), \(bump.container): \(bump.from.name) \(change(bump, arrow: "→"))") + "\n"
        }.joined()
    }

    /// Git's tools show 72 characters of a subject well: the first form that fits,
    /// from the fullest to the name alone.
    private static func subject(_ word: String, _ workload: ObjectKey, _ steps: [String]) -> String {
        let names = [shortName(workload), workload.name]
        var forms: [String] = []
        for step in steps + (steps.isEmpty ? [""] : []) {
            for name in names { forms.append("\(word) \(name)" + (step.isEmpty ? "" : " \(step)")) }
        }
        forms += names.map { "\(word) \($0)" }
        forms = forms.map { printable($0) }
        let fitting = forms.first { $0.count <= 72 }
        return fitting ?? printable(forms.last ?? word, limit: 71)
    }

    /// What a bump does, from the fullest form to the shortest.
    private static func steps(_ bump: Bump) -> [String] {
        [change(bump, arrow: "→"), "to \(bump.to.tag ?? short(bump.to.digest))"]
    }

    /// `0.3.12 → 0.3.13`; the whole image where its name changes too, and digests where nothing else does.
    private static func change(_ bump: Bump, arrow: String) -> String {
        let (from, to) = (bump.from, bump.to)
        if from.name != to.name { return "\(from) \(arrow) \(to)" }
        if let left = from.tag, let right = to.tag, left != right { return "\(left) \(arrow) \(right)" }
        return "\(form(from)) \(arrow) \(form(to))"
    }

    private static func form(_ image: ImageReference) -> String {
        let digest = image.digest.map { "@" + short($0) } ?? ""
        return (image.tag ?? (digest.isEmpty ? "latest" : "")) + digest
    }

    /// A digest's first twelve digits, as Docker shows them.
    private static func short(_ digest: String?) -> String {
        guard let digest, let colon = digest.firstIndex(of: ":") else { return digest ?? "" }
        return String(digest[...colon] + digest[digest.index(after: colon)...].prefix(12))
    }

    private static func shortName(_ workload: ObjectKey) -> String {
        workload.namespace.isEmpty ? workload.name : "\(workload.namespace)/\(workload.name)"
    }
}
