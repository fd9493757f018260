import Basics
import HTTP

/// Answers as written, and keeps what it was asked.
final class ScriptedTransport: HTTPTransport {
    private struct State {
        var answers: [Result<(Int, String), HTTPError>]
        var requests: [HTTPRequest] = []
    }

    private let state: Locked<State>

    init(_ answers: [Result<(Int, String), HTTPError>]) { state = Locked(State(answers: answers)) }

    convenience init(_ text: String, status: Int = 200) { self.init([.success((status, text))]) }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let answer: Result<(Int, String), HTTPError> = state.withLock { state in
            state.requests.append(request)
            return state.answers.isEmpty ? .failure(.connection("nothing more to say")) : state.answers.removeFirst()
        }
        let (status, text) = try answer.get()
        return HTTPResponse(status: status, body: HTTPBody(Array(text.utf8)))
    }
}
