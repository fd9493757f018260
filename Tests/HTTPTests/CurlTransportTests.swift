import Basics
import HTTP
import TestKit
import Testing

/// Against a real server on the loopback.
@Suite struct CurlTransportTests {
    @Test func echo() async throws {
        let server = try await LoopbackServer { request in
            let fields = request.headers.fields.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
            return .text("\(request.method) \(request.url) \(request.body?.count ?? -1)\n\(fields)", status: 207, headers: ["X-Twice": "1"])
        }
        let transport = CurlTransport(userAgent: "martlet-test")
        for (method, body, expected) in [
            ("GET", nil, 0), ("DELETE", nil, 0), ("POST", nil, 0), ("POST", 5, 5), ("PUT", 3_000_000, 3_000_000), ("PATCH", 0, 0), ("DELETE", 7, 7),
        ] as [(String, Int?, Int)] {
            let bytes = body.map { [UInt8](repeating: 7, count: $0) }
            let answer = try await transport.send(
                HTTPRequest(method, server.url + "/a?b=%20", headers: ["X-One": "two", "X-Empty": ""], body: bytes))
            #expect(answer.status == 207)
            #expect(answer.headers["x-twice"] == "1")
            let text = String(decoding: try await answer.body.collect(limit: 1 << 20), as: UTF8.self)
            #expect(text.hasPrefix("\(method) /a?b=%20 \(expected)\n"))
            #expect(text.lowercased().contains("x-one: two"))
            #expect(text.lowercased().contains("x-empty: "))
            #expect(text.lowercased().contains("user-agent: martlet-test"))
            #expect(!text.contains("form-urlencoded") && !text.contains("100-continue"))
        }
        let head = try await transport.send(HTTPRequest("HEAD", server.url))
        #expect(try await head.body.collect(limit: 10).isEmpty)
        await server.stop()
    }

    @Test func redirectsAreAnswers() async throws {
        let server = try await LoopbackServer { _ in .text("", status: 302, headers: ["Location": "http://127.0.0.1:1/"]) }
        let answer = try await CurlTransport().send(HTTPRequest("GET", server.url))
        #expect(answer.status == 302)
        #expect(answer.headers["Location"] == "http://127.0.0.1:1/")
        await server.stop()
    }

    @Test func bytesComeAsTheyAreSent() async throws {
        let (stream, source) = AsyncStream.makeStream(of: [UInt8].self)
        let server = try await LoopbackServer { _ in HTTPResponse(status: 200, body: Self.body(stream)) }
        source.yield([1])
        let answer = try await CurlTransport().send(HTTPRequest("GET", server.url, timeout: nil))
        var reader = answer.body.makeAsyncIterator()
        #expect(try await reader.next() == [1])
        source.yield([2, 3])
        #expect(try await reader.next() == [2, 3])
        source.finish()
        #expect(try await reader.next() == nil)
        await server.stop()
    }

    @Test func aSlowReaderHoldsTheServerBack() async throws {
        let sent = Locked(0)
        // What the sockets of both sides may come to hold, by this system's settings.
        let sockets = try ["tcp_rmem", "tcp_wmem"].map { name in
            let text = String(decoding: try TemporaryFolder.read("/proc/sys/net/ipv4/\(name)"), as: UTF8.self)
            return try #require(text.split(whereSeparator: \.isWhitespace).last.flatMap { Int($0) })
        }
        let held = sockets.reduce(16 << 20, +)
        let total = held + (32 << 20)
        let server = try await LoopbackServer { _ in
            HTTPResponse(
                status: 200,
                body: HTTPBody(
                    next: {
                        let size = sent.withLock { sent in
                            guard sent < total else { return 0 }
                            sent += 1 << 18
                            return 1 << 18
                        }
                        return size == 0 ? nil : [UInt8](repeating: 9, count: size)
                    }, cancel: {}))
        }
        let answer = try await CurlTransport().send(HTTPRequest("GET", server.url, timeout: nil, stallTimeout: .seconds(10)))
        // Longer than the stall limit: who does not read is no reason to give up.
        try await Task.sleep(for: .milliseconds(10_500))
        // Our mark of 1 MiB, what the server's library holds, and the sockets.
        #expect(sent.withLock { $0 } < held)
        var received = 0
        for try await piece in answer.body { received += piece.count }
        #expect(received == total)
        await server.stop()
    }

    @Test func limitOfTheReader() async throws {
        let server = try await LoopbackServer { _ in .text(String(repeating: "x", count: 100_000)) }
        let answer = try await CurlTransport().send(HTTPRequest("GET", server.url))
        await #expect(throws: HTTPError.tooLarge(limit: 1000)) { try await answer.body.collect(limit: 1000) }
        await server.stop()
    }

    @Test func cancellation() async throws {
        let isCancelled = Locked(false)
        let isAsked = Locked(false)
        let server = try await LoopbackServer { request in
            if request.url == "/head" {
                isAsked.withLock { $0 = true }
                try await Task.sleep(for: .seconds(30))
            }
            let isFirst = Locked(true)
            return HTTPResponse(
                status: 200,
                body: HTTPBody(
                    next: {
                        if isFirst.withLock({ first in defer { first = false }; return first }) { return [1] }
                        for _ in 0..<3000 {
                            try await Task.sleep(for: .milliseconds(10))
                            if Task.isCancelled { break }
                            return [2]
                        }
                        return nil
                    }, cancel: { isCancelled.withLock { $0 = true } }))
        }
        let transport = CurlTransport()
        let clock = ContinuousClock()
        let start = clock.now
        let beforeHead = Task { try await transport.send(HTTPRequest("GET", server.url + "/head")).status }
        for _ in 0..<6000 where !isAsked.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
        beforeHead.cancel()
        await #expect(throws: HTTPError.cancelled) { try await beforeHead.value }
        let received = Locked(0)
        let streaming = Task {
            for try await piece in try await transport.send(HTTPRequest("GET", server.url + "/body", timeout: nil)).body {
                received.withLock { $0 += piece.count }
            }
        }
        for _ in 0..<6000 where received.withLock({ $0 }) == 0 { try await Task.sleep(for: .milliseconds(5)) }
        streaming.cancel()
        await #expect(throws: HTTPError.cancelled) { try await streaming.value }
        // The connection was closed: the server notices.
        for _ in 0..<3000 where !isCancelled.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(20)) }
        #expect(isCancelled.withLock { $0 })
        // An answer that nobody reads is let go.
        isCancelled.withLock { $0 = false }
        _ = try await transport.send(HTTPRequest("GET", server.url + "/body", timeout: nil))
        for _ in 0..<3000 where !isCancelled.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(20)) }
        #expect(isCancelled.withLock { $0 })
        // Nothing is left of a task that was cancelled before it began.
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await transport.send(HTTPRequest("GET", server.url + "/head")).status
        }
        await #expect(throws: HTTPError.cancelled) { try await early.value }
        #expect(clock.now - start < .seconds(60))
        await server.stop()
    }

    @Test func timeouts() async throws {
        let server = try await LoopbackServer { request in
            if request.url == "/hang" { try await Task.sleep(for: .seconds(30)) }
            let count = Locked(0)
            return HTTPResponse(
                status: 200,
                body: HTTPBody(
                    next: {
                        let number = count.withLock { $0 += 1; return $0 }
                        if request.url == "/stall", number > 2 { try await Task.sleep(for: .seconds(30)) }
                        try await Task.sleep(for: .milliseconds(50))
                        return [1]
                    }, cancel: {}))
        }
        let transport = CurlTransport()
        for (path, timeout, stall) in [("/hang", 300, 10_000), ("/hang", nil, 300), ("/stall", nil, 300), ("/trickle", 300, 10_000)] as [(String, Int?, Int)] {
            let start = ContinuousClock().now
            await #expect("\(path)") {
                let answer = try await transport.send(
                    HTTPRequest("GET", server.url + path, timeout: timeout.map { .milliseconds($0) }, stallTimeout: .milliseconds(stall)))
                _ = try await answer.body.collect(limit: 1 << 20)
            } throws: { error in
                if case .timeout = error as? HTTPError { true } else { false }
            }
            // Well before the server would have answered, however busy the machine is.
            #expect(ContinuousClock().now - start < .seconds(10))
        }
        await server.stop()
    }

    @Test func connectionFailures() async throws {
        let server = try await LoopbackServer { _ in
            let isFirst = Locked(true)
            return HTTPResponse(
                status: 200, headers: ["Content-Length": "100"],
                body: HTTPBody(
                    next: {
                        if isFirst.withLock({ first in defer { first = false }; return first }) { return [1] }
                        throw LoopbackServer.Cut()
                    }, cancel: {}))
        }
        let transport = CurlTransport()
        await #expect {
            try await transport.send(HTTPRequest("GET", server.url)).body.collect(limit: 1000)
        } throws: { error in
            if case .connection = error as? HTTPError { true } else { false }
        }
        await server.stop()
        await #expect { try await transport.send(HTTPRequest("GET", server.url)) } throws: { error in
            if case .connection(let text) = error as? HTTPError { text.contains("127.0.0.1") } else { false }
        }
    }

    @Test func manyAtOnce() async throws {
        let server = try await LoopbackServer { request in
            try await Task.sleep(for: .milliseconds(20))
            return .text(request.url)
        }
        let transport = CurlTransport()
        let right = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let answer = try await transport.send(HTTPRequest("GET", "\(server.url)/\(number)"))
                    return try await answer.body.collect(limit: 100) == Array("/\(number)".utf8)
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(right == 200)
        await server.stop()
    }

    @Test func theBodyKeepsItsTransport() async throws {
        let server = try await LoopbackServer { _ in .text(String(repeating: "x", count: 5_000_000)) }
        let body = try await CurlTransport().send(HTTPRequest("GET", server.url)).body
        #expect(try await body.collect(limit: 10_000_000).count == 5_000_000)
        await server.stop()
    }

    private static func body(_ stream: AsyncStream<[UInt8]>) -> HTTPBody {
        HTTPBody(
            next: {
                var iterator = stream.makeAsyncIterator()
                return await iterator.next()
            }, cancel: {})
    }
}

@Suite struct HTTP2Tests {
    /// A stream nobody reads must not hold up the others of its connection: a watcher that asks for more while
    /// its own stream is full would wait for ever.
    @Test func aFullStreamHoldsUpNoOther() async throws {
        let certificates = try TestCertificates()
        let server = try await LoopbackServer(certificates: certificates, http2: true) { request in
            guard request.url == "/flood" else { return .text(request.url) }
            let rest = Locked(96)
            return HTTPResponse(
                status: 200,
                body: HTTPBody(
                    next: {
                        let left = rest.withLock { rest in rest -= 1; return rest }
                        return left < 0 ? nil : [UInt8](repeating: 7, count: 1 << 20)
                    }, cancel: {}))
        }
        // One connection: over HTTP/1.1 nothing else could get through.
        let transport = CurlTransport(tls: certificates.trust, maxConnectionsPerHost: 1)
        let flood = try await transport.send(HTTPRequest("GET", server.url + "/flood", timeout: nil))
        try await Task.sleep(for: .milliseconds(500))
        let right = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let answer = try await transport.send(HTTPRequest("GET", "\(server.url)/\(number)", timeout: .seconds(30)))
                    return try await answer.body.collect(limit: 100) == Array("/\(number)".utf8)
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(right == 200)
        var received = 0
        for try await piece in flood.body { received += piece.count }
        #expect(received == 96 << 20)
        await server.stop()
    }
}

@Suite struct TLSTests {
    let certificates: TestCertificates

    init() throws { certificates = try TestCertificates() }

    @Test func trust() async throws {
        let server = try await LoopbackServer(certificates: certificates) { _ in .text("ok") }
        let request = HTTPRequest("GET", server.url)
        #expect(try await CurlTransport(tls: certificates.trust).send(request).status == 200)
        #expect(try await CurlTransport(tls: TLSOptions(skipsVerification: true)).send(request).status == 200)
        let other = try TestCertificates()
        for tls in [TLSOptions(), other.trust, TLSOptions(caPEM: certificates.ca, serverName: "other.test")] {
            await #expect("\(tls)") { try await CurlTransport(tls: tls).send(request) } throws: { error in
                if case .certificate = error as? HTTPError { true } else { false }
            }
        }
        await server.stop()
    }

    @Test func serverName() async throws {
        let server = try await LoopbackServer(certificates: certificates) { _ in .text("ok") }
        // Not in the certificate, but the name asked for is.
        let request = HTTPRequest("GET", "https://127.0.0.2:\(server.port)/")
        await #expect(throws: HTTPError.self) { try await CurlTransport(tls: certificates.trust).send(request) }
        let named = TLSOptions(caPEM: certificates.ca, serverName: "kubernetes.test")
        #expect(try await CurlTransport(tls: named).send(HTTPRequest("GET", server.url)).status == 200)
        await server.stop()
    }

    @Test func clientCertificates() async throws {
        let server = try await LoopbackServer(certificates: certificates, requiresClient: true) { _ in .text("ok") }
        let request = HTTPRequest("GET", server.url)
        #expect(try await CurlTransport(tls: certificates.mutual).send(request).status == 200)
        await #expect { try await CurlTransport(tls: certificates.trust).send(request) } throws: { error in
            if case .certificate = error as? HTTPError { true } else { false }
        }
        let other = try TestCertificates()
        let stranger = TLSOptions(caPEM: certificates.ca, certificatePEM: other.client, privateKeyPEM: other.clientKey)
        await #expect(throws: HTTPError.self) { try await CurlTransport(tls: stranger).send(request) }
        let broken = TLSOptions(caPEM: certificates.ca, certificatePEM: Array("nonsense".utf8))
        await #expect(throws: HTTPError.self) { try await CurlTransport(tls: broken).send(request) }
        await server.stop()
    }

    @Test func optionsShowNoKey() {
        #expect("\(certificates.mutual)" == "TLS (own authorities, client certificate)")
        #expect(!String(reflecting: certificates.mutual).contains("PRIVATE"))
    }
}
