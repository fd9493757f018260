import Document
import Kubernetes
import Testing

@testable import Cluster

@Suite struct WatchStateTests {
    private static func make(_ name: String, _ version: String) -> Object {
        guard let object = try? object(configMap(name, version: version)) else { preconditionFailure("a bad fixture") }
        return object
    }

    private static let a = make("a", "5"), b = make("b", "6")
    private static let gone = ClusterError(.expired, code: 410, message: "too old")
    private static let down = ClusterError(.unreachable, message: "down")
    private static let silent = ClusterError(.timeout, message: "silent")
    private static let late = ClusterError(
        status: ["kind": "Status", "reason": "Timeout", "code": 504, "details": ["retryAfterSeconds": 5]], request: "GET /x")
    private static let forbidden = ClusterError(.forbidden, code: 403, message: "no")
    private static let missing = ClusterError(.notFound, code: 404, message: "no such type")
    private static let garbled = ClusterError(.malformed, message: "?")
    private static let page = WatchState.Phase.initPage(items: [a], resourceVersion: "9", continue: "t")
    private static let listAgain = WatchState.Effect.list(continue: nil, isPaged: true)

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var from: WatchState.Phase
        var input: WatchState.Input
        var to: WatchState.Phase
        var effects: [WatchState.Effect]
        var newest = ""
        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(name: "a whole list", from: .empty(isPaged: true), input: .listed(ObjectPage(items: [a], resourceVersion: "9")),
            to: .initListed(resourceVersion: "9"),
            effects: [.replace([a], resourceVersion: "9"), .openWatch(from: "9")]),
        Row(name: "a first page", from: .empty(isPaged: true),
            input: .listed(ObjectPage(items: [a], resourceVersion: "9", continue: "t")), to: page,
            effects: [.list(continue: "t", isPaged: true)]),
        Row(name: "the last page", from: page, input: .listed(ObjectPage(items: [b], resourceVersion: "9")),
            to: .initListed(resourceVersion: "9"),
            effects: [.replace([a, b], resourceVersion: "9"), .openWatch(from: "9")]),
        Row(name: "an older list", from: .empty(isPaged: true), input: .listed(ObjectPage(items: [], resourceVersion: "9")),
            to: .initListed(resourceVersion: "9"),
            effects: [.regressed(from: "12", to: "9"), .replace([], resourceVersion: "9"), .openWatch(from: "9")], newest: "12"),
        Row(name: "410 in the middle", from: page, input: .listFailed(gone), to: .empty(isPaged: false),
            effects: [.list(continue: nil, isPaged: false)]),
        Row(name: "410 for a list in one piece", from: .empty(isPaged: false), input: .listFailed(gone),
            to: .empty(isPaged: false), effects: [.failed(gone), .pause(gone), .list(continue: nil, isPaged: false)]),
        Row(name: "a list that failed replaces nothing", from: .empty(isPaged: true), input: .listFailed(down),
            to: .empty(isPaged: true), effects: [.failed(down), .pause(down), listAgain]),
        Row(name: "a page that failed", from: page, input: .listFailed(down), to: .empty(isPaged: true),
            effects: [.failed(down), .pause(down), listAgain]),
        Row(name: "a watch begins", from: .initListed(resourceVersion: "9"), input: .watchOpened,
            to: .initListed(resourceVersion: "9"), effects: [.opened(resourceVersion: "9"), .readWatch]),
        Row(name: "events", from: .initListed(resourceVersion: "4"), input: .events([.added(a), .deleted(b)]),
            to: .watching(resourceVersion: "6"),
            effects: [.change([.added(a), .deleted(b)]), .heard(resourceVersion: "6"), .readWatch]),
        Row(name: "events out of order", from: .watching(resourceVersion: "4"), input: .events([.added(b), .modified(a)]),
            to: .watching(resourceVersion: "6"),
            effects: [.change([.added(b), .modified(a)]), .heard(resourceVersion: "6"), .readWatch]),
        Row(name: "a bookmark", from: .watching(resourceVersion: "4"), input: .events([.bookmark(resourceVersion: "8")]),
            to: .watching(resourceVersion: "8"), effects: [.heard(resourceVersion: "8"), .readWatch]),
        Row(name: "the usual end", from: .watching(resourceVersion: "8"), input: .watchEnded(isShort: false),
            to: .watching(resourceVersion: "8"), effects: [.openWatch(from: "8")]),
        Row(name: "an end at once", from: .watching(resourceVersion: "8"), input: .watchEnded(isShort: true),
            to: .watching(resourceVersion: "8"), effects: [.pause(nil), .openWatch(from: "8")]),
        Row(name: "a cut connection", from: .watching(resourceVersion: "8"), input: .watchFailed(down),
            to: .watching(resourceVersion: "8"), effects: [.failed(down), .pause(down), .openWatch(from: "8")]),
        Row(name: "silence", from: .watching(resourceVersion: "8"), input: .watchFailed(silent),
            to: .watching(resourceVersion: "8"), effects: [.failed(silent), .openWatch(from: "8")]),
        Row(name: "the server's own word for being late", from: .watching(resourceVersion: "8"), input: .watchFailed(late),
            to: .watching(resourceVersion: "8"), effects: [.failed(late), .pause(late), .openWatch(from: "8")]),
        Row(name: "forbidden", from: .initListed(resourceVersion: "8"), input: .watchFailed(forbidden),
            to: .initListed(resourceVersion: "8"), effects: [.failed(forbidden), .pause(forbidden), .openWatch(from: "8")]),
        Row(name: "410 after events", from: .watching(resourceVersion: "8"), input: .watchFailed(gone),
            to: .empty(isPaged: true), effects: [listAgain]),
        Row(name: "410 right after the list", from: .initListed(resourceVersion: "8"), input: .watchFailed(gone),
            to: .empty(isPaged: true), effects: [.failed(gone), .pause(gone), listAgain]),
        Row(name: "a type that is gone", from: .watching(resourceVersion: "8"), input: .watchFailed(missing),
            to: .empty(isPaged: true), effects: [.failed(missing), .pause(missing), listAgain]),
        Row(name: "garbage", from: .watching(resourceVersion: "8"), input: .watchFailed(garbled),
            to: .empty(isPaged: true), effects: [.failed(garbled), .pause(garbled), listAgain]),
    ]

    @Test(arguments: rows)
    func everyWay(row: Row) {
        var state = WatchState()
        state.phase = row.from
        state.newest = row.newest
        #expect(state.step(row.input) == row.effects)
        #expect(state.phase == row.to)
    }

    @Test func theHighestVersionOutlivesTheList() {
        var state = WatchState()
        _ = state.step(.listed(ObjectPage(items: [], resourceVersion: "9")))
        _ = state.step(.events([.bookmark(resourceVersion: "20")]))
        _ = state.step(.watchFailed(Self.gone))
        #expect(state.newest == "20")
        let effects = state.step(.listed(ObjectPage(items: [], resourceVersion: "10")))
        #expect(effects.first == .regressed(from: "20", to: "10"))
        #expect(state.newest == "10", "told once")
    }

    /// Each input's last effect must ask for the next, or the watch would stop for good.
    @Test(arguments: rows)
    func neverADeadEnd(row: Row) {
        switch row.effects.last {
        case .list, .openWatch, .readWatch: break
        default: Issue.record("\(row.name) asks for nothing")
        }
    }
}
