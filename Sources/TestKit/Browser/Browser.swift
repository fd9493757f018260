internal import Basics
internal import Document
internal import Glibc

/// Debian's `chromium` without a window, everything it keeps in a temporary folder.
package final class Browser: Sendable {
    private let folder: TemporaryFolder
    private let process: RunningProcess
    private let pipe: DevToolsPipe

    /// Whether it is installed.
    package static var isInstalled: Bool { Subprocess.find("chromium") != nil }

    /// Returns when it answers.
    package init() async throws {
        folder = try TemporaryFolder("martlet-browser")
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw BrowserError("no socket pair: error \(errno)")
        }
        // Out of the way of 3 and 4, where the browser wants them; one socket is both.
        let theirs = fcntl(ends[1], F_DUPFD_CLOEXEC, 10)
        close(ends[1])
        defer { close(theirs) }
        pipe = DevToolsPipe(ends[0])
        var arguments = [
            "--headless=new", "--remote-debugging-pipe", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--user-data-dir=\(folder.path)", "about:blank",
        ]
        // Its sandbox refuses to be run by root, as containers do.
        if geteuid() == 0 { arguments.insert("--no-sandbox", at: 0) }
        process = try RunningProcess("chromium", arguments, errors: folder.file("log"), descriptors: [theirs, theirs])
        do {
            _ = try await pipe.send("Browser.getVersion", [:], session: nil, timeout: .seconds(60))
        } catch {
            process.signal(SIGKILL)
            let log = (try? TemporaryFolder.read(folder.file("log"))) ?? []
            throw BrowserError("chromium does not answer: \(error)\n\(String(decoding: log.suffix(2000), as: UTF8.self))")
        }
    }

    /// A page of its own, that shares no cookies with others.
    package func page() async throws -> BrowserPage {
        let context = try await pipe.send("Target.createBrowserContext", [:], session: nil, timeout: .seconds(20))
        let target = try await pipe.send(
            "Target.createTarget", ["url": "about:blank", "browserContextId": context["browserContextId"] ?? .null], session: nil, timeout: .seconds(20))
        let attached = try await pipe.send(
            "Target.attachToTarget", ["targetId": target["targetId"] ?? .null, "flatten": true], session: nil, timeout: .seconds(20))
        guard let session = attached["sessionId"]?.string else { throw BrowserError("chromium gave no session") }
        return try await BrowserPage(pipe, session: session)
    }

    /// Ends it by its process id.
    package func end() async {
        pipe.shut()
        process.signal(SIGTERM)
        if (try? await process.wait(timeout: .seconds(5))) == nil { process.signal(SIGKILL) }
    }
}
