import Basics
import Document
import HTTP
import Testing

@testable import Cluster

@Suite struct ClusterErrorTests {
    private let now = Timestamp("1994-11-06T08:49:00Z") ?? Timestamp(milliseconds: 0)

    private func error(_ code: Int, _ text: String, headers: HTTPHeaders = [:]) -> ClusterError {
        ClusterError(
            status: code, headers: headers, body: try? JSON.parse(text), text: text, request: "GET /x", now: now)
    }

    @Test func aStatusSaysItAll() {
        let error = error(
            409,
            #"""
            {"kind":"Status","apiVersion":"v1","status":"Failure","message":"Apply failed with 1 conflict","reason":"Conflict",
             "details":{"causes":[{"reason":"FieldManagerConflict","message":"conflict with \"kubectl\"","field":".spec.replicas"}],
             "retryAfterSeconds":3},"code":409}
            """#)
        #expect(error.reason == .conflict)
        #expect(error.code == 409)
        #expect(error.message == "Apply failed with 1 conflict")
        #expect(
            error.causes == [
                .init(type: "FieldManagerConflict", field: ".spec.replicas", message: "conflict with \"kubectl\"")
            ])
        #expect(error.retryAfter == .seconds(3))
        #expect(!error.isTransient)
    }

    @Test(arguments: [
        (400, "BadRequest"), (401, "Unauthorized"), (403, "Forbidden"), (404, "NotFound"), (405, "MethodNotAllowed"),
        (409, "Conflict"), (410, "Expired"), (422, "Invalid"), (429, "TooManyRequests"), (500, "InternalError"),
        (503, "InternalError"), (302, "Unknown"),
    ])
    func withoutAStatusTheCodeCounts(code: Int, reason: String) {
        let error = error(code, "<html>\nsorry")
        #expect(error.reason.rawValue == reason)
        #expect(error.message == "GET /x: HTTP \(code), \"<html>\"")
    }

    @Test(arguments: ["Gone", "Expired"])
    func goneAndExpiredAreOne(reason: String) {
        #expect(error(410, #"{"kind":"Status","reason":"\#(reason)","code":410}"#).reason == .expired)
    }

    @Test(arguments: [
        #"{"kind":"Status"}"#, #"{"kind":"Status","code":"x","details":7,"reason":{}}"#,
        #"{"kind":"Status","code":99999999999999999999,"details":{"causes":[1],"retryAfterSeconds":-4}}"#, "", "null",
    ])
    func brokenOnesAreStillErrors(text: String) {
        let error = error(503, text)
        #expect(error.code == 503)
        #expect(error.isTransient)
        #expect(error.retryAfter == nil)
    }

    @Test(arguments: [
        ("5", 5), ("0", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 37), ("Sun, 06 Nov 1994 08:00:00 GMT", 0),
        ("99999999999", 86_400), ("-1", nil), ("soon", nil), ("", nil), ("Sun, 06 Foo 1994 08:49:37 GMT", nil),
        ("Sun, 06 Nov 1994 08:49:37 UTC", nil),
    ] as [(String, Int?)])
    func retryAfter(field: String, seconds: Int?) {
        #expect(wait(retryAfter: field, now: now) == seconds.map { .seconds($0) })
        #expect(error(429, "", headers: ["Retry-After": field]).retryAfter == seconds.map { .seconds($0) })
    }

    @Test func warningHeaders() {
        var headers = HTTPHeaders()
        headers.append("Warning", #"299 - "policy/v1beta1 is deprecated""#)
        headers.append("Warning", #"299 - "unknown field \"spec.x\"" "Sat, 1 Jan""#)
        headers.append("Warning", "110 - \"stale\"")
        headers.append("Warning", "299")
        #expect(warnings(headers) == ["policy/v1beta1 is deprecated", "unknown field \"spec.x\""])
    }

    static let policy: [(ClusterError, ClusterRequest.Repeatability, Bool)] = [
        (ClusterError(.tooManyRequests, code: 429, message: ""), .once, true),
        (ClusterError(.internalError, code: 503, message: ""), .once, false),
        (ClusterError(.internalError, code: 503, message: ""), .idempotent, true),
        (ClusterError(.internalError, code: 500, message: ""), .idempotent, false),
        (ClusterError(.internalError, code: 500, message: ""), .safe, true),
        (ClusterError(.internalError, code: 504, message: ""), .safe, true),
        (ClusterError(.unreachable, message: "", transport: .connection("reset")), .once, false),
        (ClusterError(.unreachable, message: "", transport: .connection("reset")), .idempotent, true),
        (ClusterError(.unreachable, message: "", transport: .timeout("")), .safe, true),
        (ClusterError(.unreachable, message: "", transport: .timeout("")), .once, false),
        (ClusterError(.unreachable, message: "", transport: .certificate("")), .safe, false),
        (ClusterError(.unreachable, message: "", transport: .tooLarge(limit: 1)), .safe, false),
        (ClusterError(.conflict, code: 409, message: ""), .safe, false),
        (ClusterError(.notFound, code: 404, message: ""), .safe, false),
    ]

    @Test(arguments: policy.indices)
    func whatIsTriedAgain(index: Int) {
        let (error, repeatability, expected) = Self.policy[index]
        let wait = RetryPolicy().wait(
            after: error, repeatability: repeatability, failures: 1, passed: .zero, step: .seconds(1))
        #expect((wait != nil) == expected)
    }

    @Test func howLongToWait() {
        let policy = RetryPolicy(attempts: 3, longestWait: .seconds(30), longestTotal: .seconds(60))
        func wait(_ after: Duration?, failures: Int = 1, passed: Duration = .zero) -> Duration? {
            policy.wait(
                after: ClusterError(.tooManyRequests, code: 429, message: "", retryAfter: after), repeatability: .once,
                failures: failures, passed: passed, step: .seconds(2))
        }
        #expect(wait(nil) == .seconds(2))
        #expect(wait(.seconds(7)) == .seconds(7))
        #expect(wait(.zero) == .seconds(1), "a server that says 0 is not asked at full speed")
        #expect(wait(.seconds(31)) == nil)
        #expect(wait(.seconds(30), passed: .seconds(31)) == nil)
        #expect(wait(.seconds(1), failures: 3) == nil)
    }
}
