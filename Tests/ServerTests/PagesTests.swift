import Basics
import Delivery
import Document
import FoundationEssentials
import HTTPTypes
import Kubernetes
import Testing
import TestKit

@testable import Server

/// The page's documents and files.
@Suite struct PagesTests {
    let stage = PageStage()
    private let ada = AutomationStage.token
    private let bob = AutomationStage.weakToken

    @Test func lists() async throws {
        let call = stage.call
        let page = try await call("GET", "/", token: ada)
        #expect(page.status == 200 && page.headers[.contentType] == "text/html; charset=utf-8" && page.headers[.cacheControl] == "no-store")
        for part in [
            "<html lang=\"en\">", "<a class=\"skip\" href=\"#main\">", "<main id=\"main\" tabindex=\"-1\">", "<h1>Applications</h1>", "<a href=\"/\" aria-current=\"page\">",
            "<a href=\"/workloads/shop/deployment/front-end\">deployment/front-end</a>", "<span class=\"badge bad\">Degraded</span>", "<th scope=\"col\">Images</th>", "2/3",
            "<script type=\"module\" src=\"/assets/app.js\"></script>", "automated; locked",
        ] { #expect(page.text.contains(part), "\(part)") }
        let history = try await call("GET", "/history", token: ada)
        for part in ["<h1>History</h1>", "<a href=\"/history/01KAK0000000000000000000A1\">", "datetime=\"2026-11-21T05:12:33.250Z\"", "commit by as it should be", "Known since"] {
            #expect(history.text.contains(part), "\(part)")
        }
        #expect(try await call("GET", "/history?kind=deployment&name=cart&outcome=failed", token: ada).text.contains("A4"))
        let filtered = try await call("GET", "/history?name=nothing", token: ada)
        #expect(filtered.text.contains("No deploys match."))
    }

    /// A link to the past says without scripts, too, which moment it shows.
    @Test func linksToThePast() async throws {
        let call = stage.call
        let list = try await call("GET", "/?at=2026-11-20T14:00:00.500Z", token: ada)
        #expect(list.text.contains("<p class=\"notice\">This is the present. How it was at 2026-11-20 14:00:00 UTC is shown by a script; &quot;martlet at 2026-11-20T14:00:00Z&quot; prints it.</p>"))
        #expect(try await call("GET", "/?at=%3Cb%3E", token: ada).text.contains("This is the present: &quot;&lt;b&gt;&quot; is no time."))
        for path in ["/", "/?at=", "/?at=2999-01-01T00:00:00Z"] { #expect(try await !call("GET", path, token: ada).text.contains("class=\"notice\""), "\(path)") }
        let deploys = try await call("GET", "/history?limit=1&at=2026-11-21T06:00:00%2B00:00", token: ada)
        #expect(deploys.text.contains("<p class=\"notice\">Deploys until 2026-11-21 06:00:00 UTC.</p>") && deploys.text.contains("A4"))
        #expect(deploys.text.contains("at=2026-11-21T06%3A00%3A00%2B00%3A00"), "older ones are of the same moment")
        let before = try await call("GET", "/history?at=2026-11-21T05:12:33Z", token: ada)
        #expect(before.text.contains("Deploys until 2026-11-21 05:12:33 UTC.") && before.text.contains("No deploys match."))
    }

    @Test func onlyWhatOneMaySee() async throws {
        for path in ["/", "/history"] {
            let page = try await stage.call("GET", path, token: bob)
            for word in ["orders", "ledger", "secret plans", "config only", "hidden trouble"] {
                #expect(!page.text.contains(word), "\(path): \(word)")
            }
        }
    }

    @Test func whoIsNotSignedIn() async throws {
        for path in ["/", "/history", "/graphs", "/workloads/shop/deployment/front-end", "/applications/shop", "/topology", "/diff", "/sinks"] {
            let page = try await stage.call("GET", path)
            #expect(page.status == 200 && page.text.contains("<form id=\"sign-in\" method=\"post\" action=\"/login\">"), "\(path)")
            #expect(!page.text.contains("front-end</a>"))
        }
        var view = stage.daemon()
        view.access = AccessControl([], sessions: Sessions(time: SystemTime(), random: RandomSource()))
        for (link, part) in [(PrintedLink.repeatable(by: "martlet run"), "USR1"), (.once(by: "martlet demo"), "takes another start"), (.none, "--api-tokens-file")] {
            view.access = AccessControl([], sessions: Sessions(time: SystemTime(), random: RandomSource()), link: link)
            let laptop = try await RouterCall(view)("GET", "/")
            #expect(laptop.status == 200 && laptop.text.contains(part) && !laptop.text.contains("<form"), "\(laptop.text)")
            #expect(laptop.text.contains("USR1") == (part == "USR1") && laptop.text.contains("Open the link") == (link != .none))
            let entrance = try await RouterCall(view)("GET", "/login?ticket=x")
            #expect(entrance.status == 401 && entrance.text.contains(part))
        }
    }

    /// A token that cannot be checked is no stranger's.
    @Test func whenNobodyCanTell() async throws {
        struct Broken: Authority {
            func caller(token: String) async throws(AccessError) -> Caller? { throw AccessError("no answer", advice: "try again") }
            func isAllowed(_ caller: Caller, _ verb: AccessVerb, _ workload: GroupKind, namespace: String, name: String?) async throws(AccessError) -> Bool { false }
        }
        var view = stage.daemon()
        view.access = AccessControl([Broken()])
        for path in ["/", "/history", "/graphs"] {
            let page = try await RouterCall(view)("GET", path, token: "x")
            #expect(page.status == 503 && page.text.contains("no answer") && !page.text.contains("<form"), "\(page.status) \(page.text)")
        }
    }

    /// What is older is what was asked for, too.
    @Test func olderDeploys() async throws {
        let query = "application=shop&outcome=failed&from=2026-11-20T00%3A00%3A00Z&to=2026-11-22T00%3A00%3A00Z&limit=1"
        let page = try await stage.call("GET", "/history?\(query)", token: ada)
        let link = try #require(page.text.split(separator: "rel=\"next\" href=\"").dropFirst().first?.prefix { $0 != "\"" })
        #expect(page.text.split(separator: "<th scope=\"row\">").count == 2, "as many as were asked for")
        #expect(link == "/history?" + query.replacing("&", with: "&amp;") + "&amp;before=01KAK0000000000000000000A4")
        #expect(try await stage.call("GET", "/history?limit=201", token: ada).status == 400)
    }

    @Test func shells() async throws {
        for shell in Pages.shells {
            let page = try await stage.call("GET", shell.path, token: ada)
            #expect(page.status == 200 && page.text.contains("<noscript><p class=\"notice\">") && page.text.contains("<h1>\(shell.title)</h1>"), "\(shell.path)")
        }
    }

    /// The first answer is small however much there is, and the rest can be reached.
    @Test(arguments: [false, true]) func twoThousandWorkloads(_ isLong: Bool) async throws {
        let long = String(repeating: "ä", count: 253)
        for application in 0..<40 {
            let sights = (0..<50).map { number in
                PageStage.sight(
                    isLong ? "\(long)\(application)-\(number)" : "service-\(application)-\(number)", namespace: isLong ? "a-namespace-with-quite-a-long-name-of-sixty-three-characters-x" : "shop",
                    text: isLong ? long : "registry.example.com/shop/service:1.2.3-4f4f4f4")
            }
            stage.see("application-\(application)", sights, message: isLong ? long : "")
        }
        let call = stage.call
        let clock = ContinuousClock()
        let start = clock.now
        let page = try await call("GET", "/", token: ada)
        let first = clock.now - start
        #expect(page.body.count <= 300_000, "\(page.body.count)")
        if !isLong { #expect(page.text.contains("1754 more workloads"), "\(page.body.count) bytes") }
        var next: String? = "/"
        var (pages, seen) = (0, 0)
        while let path = next, pages < 100 {
            let part = try await call("GET", path, token: ada)
            #expect(part.status == 200 && part.body.count <= 300_000, "\(path): \(part.body.count)")
            seen += part.text.split(separator: "<th scope=\"row\">").count - 1
            next = part.text.split(separator: "rel=\"next\" href=\"").dropFirst().first.map { String($0.prefix { $0 != "\"" }) }
            pages += 1
        }
        #expect(page.text.contains("44 applications, 2004 workloads"))
        #expect(seen == 2_004)
        let again = clock.now
        let overview = try await call("GET", "/api/v1/overview", token: ada)
        print("2,000 workloads: page \(page.body.count) bytes in \(first), overview \(overview.body.count) bytes in \(clock.now - again)")
        #expect(overview.value?["applications"]?.sequence?.count == 44)
    }

    @Test func files() async throws {
        let call = stage.call
        let folder = #filePath.replacing("Tests/ServerTests/PagesTests.swift", with: "Sources/Server/Page/Files")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(Set(names) == Set(PageAsset.own.keys), "Package.swift and PageAsset.files name the files of the folder")
        for name in names {
            let answer = try await call("GET", "/assets/\(name)")
            #expect(answer.status == 200 && answer.body == [UInt8](FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()), "\(name)")
            let type = ["js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"][name.split(separator: ".").last.map(String.init) ?? ""]
            #expect(answer.headers[.contentType] == type)
            let tag = try #require(answer.headers[.eTag])
            let again = try await call("GET", "/assets/\(name)", headers: [("If-None-Match", "W/\(tag), \"x\"")])
            #expect(again.status == 304 && again.body.isEmpty)
        }
        for name in ["nothing.js", "..", "%2e%2e%2fapp.js", "dygraphs"] { #expect(try await call("GET", "/assets/\(name)").status == 404, "\(name)") }
    }

    @Test func libraries() async throws {
        let folder = try TemporaryFolder()
        var view = stage.daemon()
        view.libraries = folder.path
        let missing = try await RouterCall(view)("GET", "/assets/dygraph.min.js")
        #expect(missing.status == 404 && missing.text.contains("libjs-dygraphs"))
        try FileManager.default.createDirectory(atPath: "\(folder.path)/dygraphs", withIntermediateDirectories: true)
        #expect(FileManager.default.createFile(atPath: "\(folder.path)/dygraphs/dygraph.min.js", contents: Data("graph".utf8)))
        let there = try await RouterCall(view)("GET", "/assets/dygraph.min.js")
        #expect(there.status == 200 && there.text == "graph" && there.headers[.contentType] == "text/javascript; charset=utf-8")
        // Read once: anyone may ask, as often as they like.
        let call = RouterCall(view)
        #expect(try await call("GET", "/assets/dygraph.min.js").text == "graph")
        #expect(FileManager.default.createFile(atPath: "\(folder.path)/dygraphs/dygraph.min.js", contents: Data("other".utf8)))
        #expect(try await call("GET", "/assets/dygraph.min.js").text == "graph")
        #expect(FileManager.default.createFile(atPath: "\(folder.path)/dygraphs/dygraph.min.css", contents: Data(count: (4 << 20) + 1)))
        #expect(try await call("GET", "/assets/dygraph.min.css").status == 404, "no library is so large")
    }

    /// Nothing inline: the policy would not let it run.
    @Test func nothingInline() async throws {
        for path in ["/", "/history", "/graphs"] {
            let page = try await stage.call("GET", path, token: ada).text
            for part in [" style=", "<style", "onclick", "javascript:"] { #expect(!page.contains(part), "\(path): \(part)") }
        }
    }
}
