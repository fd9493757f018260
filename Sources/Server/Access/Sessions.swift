package import Basics
internal import Crypto
internal import Kubernetes

/// Who is signed in with a browser: a random id in a cookie, of which only the digest is kept here, and links that
/// sign somebody in once.
///
/// In memory: after a restart everybody signs in again.
package final class Sessions: Sendable {
    package struct Limits: Sendable {
        /// Without a request for so long, it ends.
        package var idle = Duration.seconds(8 * 3600)
        /// However busy it is.
        package var longest = Duration.seconds(24 * 3600)
        /// Past this many the one that was quiet longest ends.
        package var most = 1_000
        /// Of one caller; so nobody ends the sessions of others.
        package var mostOfOne = 20
        /// A link that nobody opened.
        package var link = Duration.seconds(600)

        package init() {}
    }

    private struct Session {
        var admission: AccessControl.Admission
        var usedAt: Duration
        var until: Duration
    }

    private struct Link {
        var admission: AccessControl.Admission
        var until: Duration
    }

    private struct State {
        var sessions: [[UInt8]: Session] = [:]
        var links: [[UInt8]: Link] = [:]
    }

    private let state: Locked<State>
    private let limits: Limits
    private let time: any TimeSource
    private let random: RandomSource

    /// - Parameter random: the system's own generator, outside of tests: who can tell its numbers has the sessions.
    package init(limits: Limits = Limits(), time: any TimeSource, random: RandomSource) {
        (self.limits, self.time, self.random) = (limits, time, random)
        state = Locked(State())
    }

    /// A session of somebody who has shown who they are.
    ///
    /// - Parameter end: of what they have shown it with; the session does not outlive it.
    /// - Returns: The id for the cookie.
    func open(_ admission: AccessControl.Admission, end: Timestamp? = nil) -> String {
        let now = time.elapsed
        let rest = end.map { max(.zero, $0.duration(since: time.now)) } ?? limits.longest
        let id = secret()
        let (digest, most, mostOfOne, idle) = (Self.digest(id), limits.most, limits.mostOfOne, limits.idle)
        let session = Session(admission: admission.by(.cookie), usedAt: now, until: now + min(limits.longest, rest))
        state.withLock { state in
            state.sessions = state.sessions.filter { $0.value.until > now && $0.value.usedAt + idle > now }
            let own = state.sessions.filter { $0.value.admission.caller.isSame(as: admission.caller) }
            if own.count >= mostOfOne, let oldest = own.min(by: { $0.value.usedAt < $1.value.usedAt })?.key { state.sessions[oldest] = nil }
            if state.sessions.count >= most, let oldest = state.sessions.min(by: { $0.value.usedAt < $1.value.usedAt })?.key {
                state.sessions[oldest] = nil
            }
            state.sessions[digest] = session
        }
        return id
    }

    /// Who a cookie's id stands for; nil for one that has ended or never was.
    ///
    /// - Parameter isUse: false: only looked at, as by a page that is left open.
    func admission(_ id: String, isUse: Bool = true) -> AccessControl.Admission? {
        let now = time.elapsed
        let (digest, idle) = (Self.digest(id), limits.idle)
        return state.withLock { state in
            guard var session = state.sessions[digest] else { return nil }
            guard session.until > now, session.usedAt + idle > now else {
                state.sessions[digest] = nil
                return nil
            }
            if isUse { session.usedAt = now }
            state.sessions[digest] = session
            return session.admission
        }
    }

    func close(_ id: String) {
        let digest = Self.digest(id)
        state.withLock { $0.sessions[digest] = nil }
    }

    package var count: Int { state.withLock { $0.sessions.count } }

    // MARK: links

    /// The path and query of a link that signs the owner of this machine in, once and soon; the ones before no longer do.
    package func link(owner: Caller) -> String {
        let ticket = secret()
        let link = Link(admission: .init(caller: owner, authority: OwnerAuthority()), until: time.elapsed + limits.link)
        let digest = Self.digest(ticket)
        state.withLock { $0.links = [digest: link] }
        return "/login?ticket=\(ticket)"
    }

    /// Opens the session of a link, whose end it is.
    func redeem(_ ticket: String) -> String? {
        let now = time.elapsed
        let digest = Self.digest(ticket)
        let admission = state.withLock { state -> AccessControl.Admission? in
            guard let link = state.links.removeValue(forKey: digest), link.until > now else { return nil }
            return link.admission
        }
        return admission.map { open($0) }
    }

    /// 256 bits in hexadecimal digits.
    private func secret() -> String {
        (0..<4).map { _ in
            let digits = String(random.next(), radix: 16)
            return String(repeating: "0", count: max(0, 16 - digits.count)) + digits
        }.joined()
    }

    private static func digest(_ text: String) -> [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}

/// Whoever runs the daemon on a machine of their own: they may do what its kubeconfig may, for the daemon asks the
/// cluster with nothing else.
struct OwnerAuthority: Authority {
    func caller(token: String) async throws(AccessError) -> Caller? { nil }

    func isAllowed(
        _ caller: Caller, _ verb: AccessVerb, _ workload: GroupKind, namespace: String, name: String?
    ) async throws(AccessError) -> Bool {
        true
    }
}
