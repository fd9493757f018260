internal import Basics
package import Document

/// A page of a browser, and what it complained about.
///
/// Errors in its console, exceptions that nobody caught, and what the content security policy forbade are kept: a page
/// that is well has none.
package final class BrowserPage: Sendable {
    private let pipe: DevToolsPipe
    private let session: String
    private let heard = Locked<[String]>([])
    private let answers = Locked<[(suffix: String, body: [UInt8])]>([])

    init(_ pipe: DevToolsPipe, session: String) async throws {
        (self.pipe, self.session) = (pipe, session)
        pipe.listen(session) { [heard, answers] name, content in
            if name == "Fetch.requestPaused" { return Self.answer(content, answers.withLock { $0 }, pipe, session) }
            if let problem = Self.problem(name, content) { heard.withLock { if $0.count < 200 { $0.append(problem) } } }
        }
        for domain in ["Page", "Runtime", "Log"] { try await send("\(domain).enable") }
        // Told to the page's own scripts as well as to the console.
        try await send(
            "Page.addScriptToEvaluateOnNewDocument",
            ["source": "addEventListener('securitypolicyviolation', (e) => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sourceFile + ':' + e.lineNumber))"])
    }

    /// What went wrong so far, in order.
    package var problems: [String] { heard.withLock { $0 } }
    package func forgetProblems() { heard.withLock { $0 = [] } }

    /// Any method of the protocol.
    @discardableResult
    package func send(_ method: String, _ parameters: Value = [:], timeout: Duration = .seconds(30)) async throws -> Value {
        try await pipe.send(method, parameters, session: session, timeout: timeout)
    }

    /// From now on a request whose path ends so is answered with this, and never sent.
    package func answer(_ suffix: String, with value: Value) async throws {
        answers.withLock { $0.append((suffix, JSON.write(value))) }
        try await send("Fetch.enable", ["patterns": [["urlPattern": "*"]]])
    }

    private static func answer(_ paused: Value, _ answers: [(suffix: String, body: [UInt8])], _ pipe: DevToolsPipe, _ session: String) {
        let path = (paused[path: "request", "url"]?.string ?? "").split(separator: "?").first ?? ""
        guard let answer = answers.last(where: { path.hasSuffix($0.suffix) }) else {
            return pipe.post("Fetch.continueRequest", ["requestId": paused["requestId"] ?? nil], session: session)
        }
        pipe.post(
            "Fetch.fulfillRequest",
            [
                "requestId": paused["requestId"] ?? nil, "responseCode": 200, "body": .string(Base64.encode(answer.body)),
                "responseHeaders": [["name": "Content-Type", "value": "application/json"]],
            ], session: session)
    }

    package func navigate(_ url: String) async throws {
        let answer = try await send("Page.navigate", ["url": .string(url)])
        if let error = answer["errorText"]?.string { throw BrowserError("\(url): \(error)") }
        try await waitFor("document.readyState === 'complete'", "the page to be loaded")
    }

    /// The value of an expression, awaited where it is a promise.
    @discardableResult
    package func evaluate(_ expression: String) async throws -> Value {
        let answer = try await send("Runtime.evaluate", ["expression": .string(expression), "awaitPromise": true, "returnByValue": true, "userGesture": true])
        if let details = answer["exceptionDetails"] {
            throw BrowserError("\(details[path: "exception", "description"]?.string ?? details["text"]?.string ?? "an exception"), in \(expression.prefix(200))")
        }
        return answer[path: "result", "value"] ?? .null
    }

    package func text(_ selector: String = "body") async throws -> String {
        try await evaluate("document.querySelector(\(Self.literal(selector)))?.innerText ?? ''").string ?? ""
    }

    /// Waits until an expression is true.
    package func waitFor(_ expression: String, _ what: String, within limit: Duration = .seconds(30)) async throws {
        let end = ContinuousClock.now + limit
        while true {
            // A page that is just being left has no answer.
            if let value = try? await evaluate("Boolean(\(expression))"), value.bool == true { return }
            guard ContinuousClock.now < end else {
                let shown = (try? await text().prefix(1500)) ?? ""
                throw BrowserError("waited \(limit) for \(what); the page says:\n\(shown)\nproblems: \(problems)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    package func waitFor(selector: String, within limit: Duration = .seconds(30)) async throws {
        try await waitFor("document.querySelector(\(Self.literal(selector)))", "an element \(selector)", within: limit)
    }

    package func waitFor(text: String, in selector: String = "body", within limit: Duration = .seconds(30)) async throws {
        try await waitFor(
            "document.querySelector(\(Self.literal(selector)))?.innerText.includes(\(Self.literal(text)))", "\"\(text)\" in \(selector)", within: limit)
    }

    /// How people see it: `prefers-color-scheme`, and the size of their window.
    package func emulate(dark: Bool = false, width: Int = 1280, height: Int = 860) async throws {
        try await send(
            "Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": .string(dark ? "dark" : "light")]]])
        try await send(
            "Emulation.setDeviceMetricsOverride",
            ["width": .int(Int64(width)), "height": .int(Int64(height)), "deviceScaleFactor": 1, "mobile": .bool(width < 500)])
    }

    /// What can be pressed or filled in and has no name in the accessibility tree, by its role.
    package func nameless() async throws -> [String] {
        let nodes = try await send("Accessibility.getFullAXTree")["nodes"]?.sequence ?? []
        let roles = ["button", "link", "textbox", "searchbox", "combobox", "slider", "switch", "checkbox", "dialog", "img", "tab", "table"]
        return nodes.compactMap { node in
            guard node["ignored"]?.bool != true, let role = node[path: "role", "value"]?.string, roles.contains(role),
                (node[path: "name", "value"]?.string ?? "").isEmpty
            else { return nil }
            return role
        }
    }

    /// The whole page as a PNG.
    package func screenshot(_ path: String) async throws {
        let size = try await evaluate("[document.documentElement.clientWidth, Math.min(document.documentElement.scrollHeight, 6000)]")
        let answer = try await send(
            "Page.captureScreenshot",
            [
                "format": "png", "captureBeyondViewport": true,
                "clip": ["x": 0, "y": 0, "scale": 1, "width": size[0] ?? 1280, "height": size[1] ?? 860],
            ])
        guard let data = answer["data"]?.string, let bytes = Base64.decode(data) else { throw BrowserError("no picture") }
        try TemporaryFolder.write(bytes, to: path)
    }

    /// A string as JavaScript writes it.
    static func literal(_ text: String) -> String { JSON.text(.string(text)) }

    private static func problem(_ name: String, _ content: Value) -> String? {
        switch name {
        case "Runtime.exceptionThrown":
            let details = content["exceptionDetails"]
            return "exception: \(details?[path: "exception", "description"]?.string ?? details?["text"]?.string ?? "")"
        case "Runtime.consoleAPICalled":
            guard content["type"]?.string == "error" || content["type"]?.string == "assert" else { return nil }
            return "console: " + (content["args"]?.sequence ?? []).map { $0["value"]?.string ?? $0["description"]?.string ?? "" }.joined(separator: " ")
        case "Log.entryAdded":
            guard let entry = content["entry"], entry["level"]?.string == "error" else { return nil }
            return "\(entry["source"]?.string ?? "log"): \(entry["text"]?.string ?? "") \(entry["url"]?.string ?? "")"
        default: return nil
        }
    }
}
