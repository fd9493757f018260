internal import Document
internal import HTTP

/// How one kind of sink is spoken to: pure, a message in, a request out, and what an answer means.
protocol SinkDialect: Sendable {
    /// What the sink would show of it, nothing else: while it stays the same there is nothing to tell.
    /// Nil where there is nothing to tell at all.
    func content(_ subject: SinkSubject) -> Value?

    /// Whether one message stands for an event from its start to its end and is edited in between, so that a sink
    /// that was told of the start must be told of the end.
    var isEdited: Bool { get }

    /// Asks whether an earlier try, whose answer never came, made it; nil where that cannot be asked, or need not.
    func lookUp(_ subject: SinkSubject, _ message: SinkMessage, _ account: SinkAccount) -> HTTPRequest?

    /// Tells it: anew, or where `message.remote` is known by changing what is there.
    func tell(_ subject: SinkSubject, _ content: Value, _ message: SinkMessage, _ account: SinkAccount) -> HTTPRequest

    func verdict(_ answer: SinkAnswer, to purpose: SinkPurpose, subject: SinkSubject) -> SinkVerdict
}

enum SinkPurpose: Sendable, Hashable {
    case lookUp
    case create
    case update
}

/// What is known of an event's message at the sink.
struct SinkMessage: Sendable, Hashable {
    /// The sink's own name for it.
    var remote: String?
    /// It was told something before.
    var isTold = false
    /// Counts the states of the event, from 1.
    var version = 1
    /// When the first try to make it began, on the wall clock in seconds; nil while there was none.
    var triedAt: Int64?
    /// The same in seconds, of this try.
    var now: Int64 = 0
}

struct SinkAnswer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    /// The body where it is JSON, else null.
    var body: Value
}

/// What an answer means.
enum SinkVerdict: Sendable, Hashable {
    /// The sink has it, under that name where it gave one.
    case told(remote: String?)
    /// The answer to a look-up.
    case found(remote: String)
    case notFound
    /// A look-up that is not allowed here.
    case cannotLookUp
    /// It will never take it.
    case refused(String)
    /// Perhaps later; `isBusy` where the whole sink is, not this message alone.
    case later(String, isBusy: Bool)
}

extension SinkAnswer {
    var isSuccess: Bool { (200..<300).contains(status) }

    /// For whatever is no success: 4xx but 408, 425 and 429 is final, and so is a redirect, which is never followed.
    func failure(_ said: String? = nil) -> SinkVerdict {
        let text = "status \(status)" + (said.map { ", \"\($0)\"" } ?? "")
        return switch status {
        case 408, 425, 429, 503: .later(text, isBusy: true)
        case 300..<400: .refused("\(text): it redirects, and credentials are not sent on; name the address it redirects to")
        case 400..<500: .refused(text)
        case 502, 504: .later(text, isBusy: true)
        default: .later(text, isBusy: false)
        }
    }
}

extension HTTPRequest {
    /// JSON to a sink.
    init(_ method: String, to url: String, json: Value?, authorization: (name: String, value: String)?) {
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if json != nil { headers["Content-Type"] = "application/json; charset=utf-8" }
        if let authorization { headers[authorization.name] = authorization.value }
        self.init(method, url, headers: headers, body: json.map { JSON.write($0) })
    }
}
