import Basics
import Cluster
import Document
import History
import HTTPTypes
import Kubernetes
import Testing

@testable import Server

/// Words of others (commit messages, images, annotations, log lines) are text wherever they come out.
@Suite struct HostileTextTests {
    static let texts: [String] = [
        "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "' onmouseover='alert(1)",
        "\" onfocus=\"alert(1)\" autofocus=\"", "javascript:alert(1)", "<a href=\"javascript:alert(1)\">x</a>", "<iframe src=//evil.example>", "<style>*{display:none}</style>",
        "<link rel=stylesheet href=//evil.example/x.css>", "<meta http-equiv=refresh content=\"0;url=//evil.example\">", "<base href=//evil.example/>",
        "<form action=//evil.example><input name=token>", "<!-- ", "--><script>alert(1)</script>", "]]><script>alert(1)</script>", "<![CDATA[<script>alert(1)</script>]]>",
        "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;", "\u{0}<\u{0}script>alert(1)", "<scr\u{0}ipt>alert(1)</scr\u{0}ipt>", "\u{202e}gnp.exe", "a\u{2066}b\u{2069}c",
        "\u{feff}<script>", "\u{2028}alert(1)\u{2029}", "line\r\nSet-Cookie: martlet_session=evil", "x\r\n\r\n<script>alert(1)</script>", "{{constructor.constructor('alert(1)')()}}",
        "${alert(1)}", "<%= 7*7 %>", "#{7*7}", "`alert(1)`", "\\\"};alert(1);//", "</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>",
        "</table><script>alert(1)</script>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "\nevent: deploy\ndata: {\"id\":\"evil\"}\n\n", "\u{1b}[31mred\u{1b}[0m\u{7}",
        "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>", "data:text/html,<script>alert(1)</script>",
    ]

    /// Elements and attributes that we write ourselves.
    private static let elements: Set<String> = [
        "html", "head", "meta", "title", "link", "script", "body", "a", "header", "nav", "main", "div", "h1", "h2", "p", "span", "section", "table", "caption", "thead", "tbody", "tr", "th",
        "td", "code", "time", "noscript", "form", "label", "input", "button", "strong",
    ]
    private static let attributes: Set<String> = [
        "lang", "charset", "name", "content", "rel", "href", "type", "src", "class", "id", "tabindex", "aria-label", "aria-current", "scope", "data-label", "datetime", "method", "action",
        "for", "autocomplete", "required",
    ]

    /// What of a document is none of ours, read as a browser's tokenizer would: every "<" begins a tag.
    static func foreign(_ html: String) -> [String] {
        var found: [String] = []
        var rest = Substring(html.dropFirst("<!DOCTYPE html>".count))
        while let open = rest.firstIndex(of: "<") {
            rest = rest[open...].dropFirst()
            var tag = ""
            var quote: Character?
            while let next = rest.popFirst() {
                if let end = quote { if next == end { quote = nil } } else if next == "\"" || next == "'" { quote = next } else if next == ">" { break }
                tag.append(next)
            }
            let name = tag.drop { $0 == "/" }.prefix { $0 != " " }
            if !elements.contains(String(name)) { found.append("<\(tag)>") }
            var attributes = Substring(tag).dropFirst(tag.hasPrefix("/") ? 1 : 0).dropFirst(name.count)
            while let equals = attributes.firstIndex(of: "=") {
                let key = attributes[..<equals].filter { $0 != " " }
                if !Self.attributes.contains(String(key)) { found.append("\(key)= in <\(tag)>") }
                attributes = attributes[equals...].dropFirst(2)
                let value = attributes.prefix { $0 != "\"" }
                if key == "href" || key == "src" || key == "action", !value.hasPrefix("/") && value != "#main" { found.append("\(key)=\(value)") }
                attributes = attributes.dropFirst(value.count + 1)
            }
        }
        return found
    }

    @Test func theScannerSees() {
        #expect(Self.foreign("<!DOCTYPE html><p>x<img src=x onerror=alert(1)></p>").isEmpty == false)
        #expect(Self.foreign("<!DOCTYPE html><a href=\"javascript:x\">").isEmpty == false)
        #expect(Self.foreign("<!DOCTYPE html><p onclick=\"x\">").isEmpty == false)
        #expect(Self.texts.count >= 40)
    }

    @Test(arguments: texts) func inThePage(_ text: String) async throws {
        let stage = PageStage(text: text)
        stage.see(text, [PageStage.sight(text, text: text)], message: text)
        let call = stage.call
        for path in ["/", "/history", "/workloads/shop/deployment/\(percentEncoded(text))", "/applications/\(percentEncoded(text))", "/history/\(percentEncoded(text))"] {
            let answer = try await call("GET", path, token: AutomationStage.token)
            guard answer.headers[.contentType] == "text/html; charset=utf-8" else { continue }
            #expect(Self.foreign(answer.text).isEmpty, "\(path): \(Self.foreign(answer.text))")
            #expect(answer.text.unicodeScalars.allSatisfy { ($0.value >= 0x20 || $0 == "\n" || $0 == "\t") && !(0x202a...0x202e).contains($0.value) && !(0x2066...0x2069).contains($0.value) })
            #expect(answer.text.components(of: "<script").count == 2, "one script, and it is ours")
        }
    }

    @Test(arguments: texts) func inTheAPI(_ text: String) async throws {
        let stage = PageStage(text: text)
        let call = stage.call
        let base = "/api/v1/workloads/shop/deployment/front-end"
        let paths = [
            "/api/v1/overview", "/api/v1/history", "/api/v1/history/01KAK0000000000000000000A1", "/api/v1/at?time=2026-11-21T06:00:00Z", "/api/v1/objects?application=shop&revision=main",
            "/api/v1/diff?from=a&to=b", "\(base)/blame", "\(base)/pods", "\(base)/logs?pod=front-end-1", "/api/v1/sinks", "/api/v1/query_range?query=up&start=1&end=2&step=1",
        ]
        for path in paths {
            let answer = try await call("GET", path, token: AutomationStage.token)
            #expect(answer.status == 200 && answer.headers[.contentType] == "application/json" && answer.headers[.xContentTypeOptions] == "nosniff", "\(path)")
            let value = try #require(answer.value)
            // Logs are lines, and objects are YAML with its own quotes; all else is told as it is.
            if !path.contains("/logs"), !path.contains("/objects") { #expect(Self.texts(in: value).contains { $0.contains(text) }, "\(path): \(answer.text)") }
            #expect(!answer.body.contains { $0 < 0x20 }, "JSON has no raw control characters")
        }
        // What is asked for comes back in errors, and never in headers.
        let asked = percentEncoded(text)
        for path in ["/api/v1/history?\(asked)=1", "/api/v1/history?outcome=\(asked)", "/api/v1/history/\(asked)", "/\(asked)", "/assets/\(asked)", "/login?ticket=\(asked)", "/webhooks/\(asked)"] {
            let answer = try await call("GET", path, token: AutomationStage.token)
            #expect(answer.headers.allSatisfy { field in !field.value.contains("evil") && !field.value.contains("\n") && !field.value.contains("\r") }, "\(path)")
            #expect(answer.status >= 400 && answer.headers[.contentSecurityPolicy] == SafetyHeaders.policy, "\(path)")
            #expect(answer.headers[.contentType]?.hasPrefix("text/html") != true)
        }
    }

    /// One event stays one event of the stream.
    @Test(arguments: texts) func inTheStream(_ text: String) {
        var event = PageStage.event("01KAK0000000000000000000A1", "front-end", text: text)
        #expect(StreamAPI.deploy(event).split(separator: "\n", omittingEmptySubsequences: false).map { $0.prefix(5) } == ["id: 0", "event", "data:", "", ""])
        event.id = text
        #expect(StreamAPI.deploy(event).split(separator: "\n").allSatisfy { $0.hasPrefix("event: deploy") || $0.hasPrefix("data: {") || $0 == "id: \(text)" })
    }

    private static func texts(in value: Value) -> [String] {
        switch value {
        case .string(let text): [text]
        case .sequence(let items): items.flatMap { texts(in: $0) }
        case .mapping(let mapping): mapping.flatMap { [$0.key] + texts(in: $0.value) }
        default: []
        }
    }
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] { split(separator: separator, omittingEmptySubsequences: false) }
}
