internal import Basics
package import HTTP

/// Between an operator and its API server: at a point of a rollout nothing goes through any more, as if the process
/// had been killed there. An answer that was on its way is lost.
package final class KillSwitch: HTTPTransport {
    private struct State {
        var point: KillPoint?
        var isDead = false
        var trace = RolloutTrace()
    }

    private let transport: any HTTPTransport
    private let state = Locked(State())

    package init(_ transport: any HTTPTransport) { self.transport = transport }

    /// The first time it is met.
    package func arm(at point: KillPoint) { state.withLock { $0.point = point } }

    package var isTripped: Bool { state.withLock { $0.isDead } }

    /// For the next operator, to which nothing happens.
    package func reset() { state.withLock { $0 = State() } }

    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let (isDead, moment) = state.withLock { state -> (Bool, RolloutTrace.Moment?) in
            let moment = state.trace.moment(of: request)
            if let point = state.point, moment?.before.contains(point) == true { state.isDead = true }
            return (state.isDead, moment)
        }
        if isDead { try await silence() }
        let answer = try await transport.send(request)
        let dies = state.withLock { state -> Bool in
            guard (200..<300).contains(answer.status), !state.isDead else { return state.isDead }
            state.trace.note(request)
            if let point = state.point, moment?.after.contains(point) == true { state.isDead = true }
            return state.isDead
        }
        if dies { try await silence() }
        return answer
    }

    /// Something that is no request to the API server was done.
    package func pass(_ point: KillPoint) async throws {
        let dies = state.withLock { state -> Bool in
            if state.point == point { state.isDead = true }
            return state.isDead
        }
        if dies { try await silence() }
    }

    /// Until whoever waits is ended.
    private func silence() async throws(HTTPError) {
        while !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
        throw .cancelled
    }
}
