internal import Basics
internal import Cluster
internal import Delivery
internal import Document
internal import HTTP
internal import Logging

/// One sink's work, a step at a time.
extension Sinks {
    /// Backoff's limit between two tries of a sink.
    private static let longestWait = Duration.seconds(900)
    /// A sink that asks to be left alone for longer is asked again earlier.
    private static let longestRetryAfter = Duration.seconds(6 * 3600)
    /// Then what waits is given up.
    private static let patience = Duration.seconds(86_400)
    /// Fresh events are held for so long while more come, to know a storm when it begins.
    private static let hush = Duration.seconds(1)
    /// Between two states of one digest.
    private static let digestPause = Duration.seconds(15)
    private static let accountAge = Duration.seconds(30)
    /// So often the same message fails before others go first.
    private static let attemptsInOrder = 5
    private static let answerLimit = 4 << 20

    /// Works for as long as git names the sink.
    func work(_ name: String) async {
        guard let lane = lanes[name] else { return }
        while !Task.isCancelled, documents[name] != nil {
            guard let wait = await step(name, lane) else { break }
            if wait > .zero { _ = await lane.bell.wait(upTo: wait, time) } else { await Task.yield() }
        }
        if lanes[name] === lane { lanes[name] = nil }
    }

    /// Does the next thing.
    ///
    /// - Returns: how long there is nothing to do, unless something new comes; nil when the sink is gone.
    func step(_ name: String, _ lane: SinkLane) async -> Duration? {
        do throws(HistoryError) {
            return try await next(name, lane)
        } catch {
            if !Task.isCancelled { logger.error("\(error)", metadata: ["sink": "\(name)"]) }
            return .seconds(5)
        }
    }

    private func next(_ name: String, _ lane: SinkLane) async throws(HistoryError) -> Duration? {
        if !lane.hasStarted {
            // A clock that jumped must not silence a sink for ever.
            if let wait = try await store.nextTry(name)?.duration(since: time.now), wait > .zero {
                lane.blockedUntil = time.elapsed + min(wait, Self.longestRetryAfter)
            }
            lane.hasStarted = true
        }
        if let until = lane.blockedUntil {
            let rest = until - time.elapsed
            if rest > .zero { return rest }
            lane.blockedUntil = nil
        }
        guard let document = documents[name] else { return nil }
        let dialect = dialect(document)
        let gathersAll = if case .slack = document.sink { true } else { false }
        let now = time.now
        let work = try await store.next(name, gathersAll: gathersAll, at: now)
        guard var head = work.head else {
            let wait = work.nextTry.map { $0.duration(since: now) } ?? .seconds(600)
            return min(max(wait, .milliseconds(10)), .seconds(600))
        }
        if head.target != document.target {
            // What another place calls its message names something else here, or nothing.
            try await store.move(name, head.id, to: document.target)
            lane.digests[head.id] = nil
            (head.target, head.remote, head.told, head.triedAt) = (document.target, nil, nil, nil)
        }
        if work.headIsFresh, let wait = try await gather(name, document, work, gathersAll: gathersAll, at: now) { return wait }
        let subject: SinkSubject
        if head.isDigest {
            subject = .digest(DeployDigest(id: head.id, events: try await store.members(name, of: head.id)))
        } else if let event = head.event {
            subject = .event(event)
        } else {
            try await store.bury(name, head, reason: "it cannot be read any more", at: now)
            return .zero
        }
        return try await tell(subject, head, name, document, dialect, lane)
    }

    /// Sees whether fresh events are a storm.
    ///
    /// - Returns: how long to wait; nil to go on with the first of them.
    private func gather(
        _ name: String, _ document: NotificationDocument, _ work: SinkWork, gathersAll: Bool, at now: Timestamp
    ) async throws(HistoryError) -> Duration? {
        let byCommit = switch document.sink {
        case .github, .gitlab: true
        case .grafana, .slack, .webhook: false
        }
        if try await store.join(name, byCommit: byCommit, at: now) { return .zero }
        if let first = work.firstFresh, let newest = work.newestFresh {
            let age = now.duration(since: first), silence = now.duration(since: newest)
            // Negative: the clock was put back.
            if age >= .zero, age < DeployDigest.window, silence >= .zero, silence < Self.hush {
                return max(min(Self.hush - silence, DeployDigest.window - age), .milliseconds(1))
            }
        }
        guard work.freshCount > DeployDigest.threshold else { return nil }
        let (time, random) = (time, random)
        try await store.gather(name, gathersAll: gathersAll, byCommit: byCommit, target: document.target, at: now) { ULID(at: time.now, random: random).description }
        return .zero
    }

    private func tell(
        _ subject: SinkSubject, _ item: SinkItem, _ name: String, _ document: NotificationDocument, _ dialect: any SinkDialect, _ lane: SinkLane
    ) async throws(HistoryError) -> Duration? {
        guard let content = dialect.content(subject), !subject.events.isEmpty else {
            try await store.settle(name, item, remote: nil, told: nil, at: time.now)
            return .zero
        }
        let print = String(UInt64(bitPattern: StoredText.digest(JSON.write(content))), radix: 36)
        let isOver = subject.endedAt != nil
        guard item.told != print, isOver || item.told == nil || !item.isDigest || dialect.isEdited else {
            try await store.settle(name, item, remote: nil, told: nil, at: time.now)
            return .zero
        }
        if item.isDigest, item.told != nil, !isOver, let last = lane.digests[item.id], time.elapsed < last + Self.digestPause {
            try await store.putOff(name, item, until: time.now.adding(last + Self.digestPause - time.elapsed))
            return .zero
        }
        let account: SinkAccount
        switch await self.account(document, lane) {
        case .success(let known): account = known
        case .failure(let problem): return try await putOff(item, name, lane, reason: problem.text, retryAfter: nil, isBusy: true)
        }
        var message = SinkMessage(
            remote: item.remote, isTold: item.told != nil, version: item.version, triedAt: item.triedAt, now: time.now.milliseconds / 1000)
        var mayExist = message.remote == nil && message.triedAt != nil
        // At most a look-up and what follows from it.
        for _ in 0..<3 {
            let purpose: SinkPurpose
            let request: HTTPRequest
            if mayExist, let lookUp = dialect.lookUp(subject, message, account) {
                (purpose, request) = (.lookUp, lookUp)
            } else {
                purpose = message.remote == nil ? .create : .update
                request = dialect.tell(subject, content, message, account)
                if purpose == .create, message.triedAt == nil { try await store.markTried(name, item, seconds: message.now) }
            }
            let (verdict, retryAfter) = await ask(request, purpose, subject, dialect, account)
            if Task.isCancelled { return .zero }
            switch verdict {
            case .told(let remote):
                try await store.settle(name, item, remote: remote, told: print, at: time.now)
                if item.isDigest { lane.digests = isOver ? lane.digests.filter { $0.key != item.id } : lane.digests.merging([item.id: time.elapsed]) { $1 } }
                return .zero
            case .found(let remote):
                try await store.setRemote(name, item, remote)
                message.remote = remote
                mayExist = false
            case .notFound, .cannotLookUp: mayExist = false
            case .refused(let reason):
                lane.account = nil
                let shown = account.shown("\(account.host) refuses it: \(reason)") ?? "\(account.host) refuses it"
                logger.warning("a deploy event was refused", metadata: ["sink": "\(name)", "event": "\(item.id)", "reason": "\(shown)"])
                try await store.bury(name, item, reason: shown, at: time.now)
                return .zero
            case .later(let reason, let isBusy):
                let shown = account.shown("\(account.host): \(reason)") ?? "\(account.host) does not take it"
                return try await putOff(item, name, lane, reason: shown, retryAfter: retryAfter, isBusy: isBusy)
            }
        }
        return try await putOff(item, name, lane, reason: "\(account.host): a message comes and goes", retryAfter: nil, isBusy: false)
    }

    private func putOff(
        _ item: SinkItem, _ name: String, _ lane: SinkLane, reason: String, retryAfter: Duration?, isBusy: Bool
    ) async throws(HistoryError) -> Duration? {
        let failures = try await store.failures(name)
        var backoff = Backoff(base: .seconds(2), limit: Self.longestWait)
        var wait = Duration.zero
        for _ in 0...min(failures, 12) { wait = backoff.next(random) }
        if let retryAfter { wait = min(max(retryAfter, .seconds(1)), Self.longestRetryAfter) }
        lane.account = nil
        lane.blockedUntil = time.elapsed + wait
        if failures == 0 { logger.warning("a sink does not take deploy events", metadata: ["sink": "\(name)", "reason": "\(reason)"]) }
        try await store.putOff(
            name, item, reason: reason, wait: wait, setsAside: !isBusy && item.attempts + 1 >= Self.attemptsInOrder,
            deadline: time.now.adding(.zero - Self.patience), buriesAll: isBusy || failures >= Self.attemptsInOrder, at: time.now)
        return wait
    }

    private func ask(
        _ request: HTTPRequest, _ purpose: SinkPurpose, _ subject: SinkSubject, _ dialect: any SinkDialect, _ account: SinkAccount
    ) async -> (SinkVerdict, retryAfter: Duration?) {
        var request = request
        request.timeout = timeout
        request.stallTimeout = timeout
        do throws(HTTPError) {
            let response = try await transport.send(request)
            let bytes = try await response.body.collect(limit: Self.answerLimit)
            let answer = SinkAnswer(status: response.status, headers: response.headers, body: (try? JSON.parse(bytes, maxDepth: 64)) ?? .null)
            return (dialect.verdict(answer, to: purpose, subject: subject), response.headers["Retry-After"].flatMap { wait(retryAfter: $0, now: time.now) })
        } catch {
            // The library's words name the host at most; those about an address would show all of it.
            let text = if case .address = error { "its address, or a header for it, cannot be sent" } else { "\(error)" }
            return (.later(text, isBusy: true), nil)
        }
    }

    private func account(_ document: NotificationDocument, _ lane: SinkLane) async -> Result<SinkAccount, SinkAccount.Problem> {
        if let known = lane.account, known.document == document, time.elapsed < known.until { return .success(known.value) }
        var data: [String: [UInt8]]?
        if let name = document.secret {
            guard let found = await secret(name) else {
                return .failure(SinkAccount.Problem(text: "the Secret \"\(name)\" cannot be read: make it in Martlet's own namespace"))
            }
            data = found
        }
        do throws(SinkAccount.Problem) {
            let account = try SinkAccount(document, data: data)
            lane.account = (account, document, time.elapsed + Self.accountAge)
            return .success(account)
        } catch {
            return .failure(error)
        }
    }
}
