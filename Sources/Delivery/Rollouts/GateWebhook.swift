internal import Basics
package import Document
package import HTTP
package import Rollout

/// Asks a gate's webhook whether a new version may get to everybody: one POST with what is known of the rollout.
///
/// A status from 200 to 299 opens the gate. Any other keeps it closed, to be asked again at the next tick, and no
/// answer says nothing at all. No credentials are sent and no redirect is followed.
package struct GateWebhook: Sendable {
    private let transport: any HTTPTransport

    package init(transport: any HTTPTransport) { self.transport = transport }

    /// A look at all rollouts of an application waits for it.
    private static let timeout = Duration.seconds(5)

    package func ask(_ url: String, _ question: Value) async -> RolloutObservation.GateAnswer? {
        let request = HTTPRequest(
            "POST", url, headers: ["Content-Type": "application/json", "Accept": "application/json"], body: JSON.write(question),
            timeout: Self.timeout, stallTimeout: Self.timeout)
        do throws(HTTPError) {
            let answer = try await transport.send(request)
            // The connection is given back; what is said beside the status is for people who look there.
            _ = try? await answer.body.collect(limit: 1 << 16)
            return (200..<300).contains(answer.status) ? .open : .closed
        } catch {
            return nil
        }
    }
}
