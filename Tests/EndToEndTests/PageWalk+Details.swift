import Basics
import Document
import FoundationEssentials
import Scenarios
import TestKit
import Testing

/// What the screens say, by the mouse and the keys of whoever looks closely.
extension PageWalk {
    /// Both versions of a rollout, each with its share.
    func theSplit(_ page: BrowserPage) async throws {
        try await page.navigate(stage.address + "/topology")
        try await page.waitFor(selector: ".node")
        try await page.waitFor("document.querySelector('main').innerText.includes('next') && document.querySelector('main').innerText.includes('50%')", "both versions and their shares")
        try await picture(page, "topology-rollout", .light)
        clean(page, "topology in a rollout")
        try await page.navigate(stage.address + Self.workload)
        try await page.waitFor(text: "Gated", in: ".rollout-head")
    }

    /// What stands in annotations is text wherever it is shown.
    func hostileAnnotations(_ page: BrowserPage) async throws {
        for (name, path, sign) in [
            ("objects", "/applications/shop?tab=objects", ".objects li"), ("blame", Self.workload + "?tab=blame", ".blame tbody tr"),
            ("diff", "/diff?from=\(stage.first)&to=main", ".diff .plus"),
        ] {
            try await page.navigate(stage.address + path)
            try await page.waitFor(selector: sign)
            try await page.evaluate("document.querySelectorAll('main details').forEach((e) => { e.open = true })")
            try await page.waitFor(text: "note-41", in: "main")
            let shown = try await page.text("main")
            let missing = HostileStrings.all.dropFirst().filter { text in
                // As it is, or as YAML quotes it.
                ![text, JSON.text(.string(text)), YAML.write(.string(text)).filter { $0 != "\n" }].contains { shown.contains($0) }
            }
            #expect(missing.isEmpty, "\(name)")
            try await harmless(page, "annotations in \(name)")
        }
    }

    /// A query with spaces; a deploy behind the lines with its commit; and the slider, by its own keys, takes the graph along.
    func theGraphs(_ page: BrowserPage, before: Timestamp) async throws {
        try await page.navigate(stage.address + "/graphs?q=" + percentEncoded("sum by (job) (up)") + "&range=900")
        try await page.waitFor(text: "job=\"martlet\"", in: ".legend")
        try await page.waitFor("document.querySelector('.legend b')?.textContent === '1'", "the value")
        // Regions are as high as the graph: columns that are colored from top to bottom, beside each other.
        try await page.waitFor(
            """
            (() => { const c = document.querySelector('.graph-canvas canvas'); const d = c.getContext('2d').getImageData(0, 0, c.width, Math.floor(c.height * 0.8)); let run = 0;
            for (let x = 0; x < d.width; x += 1) { let full = true; for (let y = 4; y < d.height && full; y += 1) full = d.data[(y * d.width + x) * 4 + 3] > 0;
            run = full ? run + 1 : 0; if (run >= 3) return true } return false })()
            """, "the region of a deploy")
        let box = try await page.evaluate("(() => { const r = document.querySelector('.graph-canvas').getBoundingClientRect(); return [r.left, r.top, r.width, r.height] })()")
        let (left, top) = (box[0]?.double ?? 0, box[1]?.double ?? 0)
        let (width, height) = (box[2]?.double ?? 0, box[3]?.double ?? 0)
        var told = ""
        for share in stride(from: 0.99, to: 0.05, by: -0.01) where told.isEmpty {
            try await page.mouse("mouseMoved", left + width * share, top + height / 2)
            told = try await page.evaluate("document.querySelector('.bubble:not([hidden])')?.innerText ?? ''").string ?? ""
        }
        let subjects = try await stage.repository.git(["log", "--format=%h", "main"]).split(separator: "\n").map(String.init)
        #expect(told.contains("shop") && subjects.contains { told.contains($0.prefix(7)) }, "the commit of the deploy under the mouse: \(told)")
        try await picture(page, "graph-hover", .light)
        clean(page, "graphs")

        // The end of what Prometheus was asked about last.
        let asked = "performance.getEntriesByType('resource').map((e) => new URL(e.name)).filter((u) => u.pathname.endsWith('/query_range')).at(-1)?.searchParams.get('end')"
        try await page.evaluate("document.querySelector('.timebar input[type=range]').focus()")
        for _ in 0..<3 { try await page.key("ArrowLeft") }
        try await page.waitFor("location.search.includes('at=') && document.querySelector('.timebar.past')", "the past, by the slider")
        let at = try await page.evaluate("Date.parse(new URLSearchParams(location.search).get('at')) / 1000").double ?? 0
        try await page.navigate(stage.address + "/graphs?q=up&range=900&at=\(before)")
        let half = 900.0 / 2
        try await page.waitFor("Math.abs(\(asked) - \(Double(before.milliseconds) / 1000)) <= \(half + 60)", "a question about then")
        #expect(at > 0)
        clean(page, "graphs of the past")
    }

    /// The difference of two times, as people write them.
    func twoTimes(_ page: BrowserPage, before: Timestamp) async throws {
        try await page.navigate(stage.address + "/diff?from=\(before)&to=\(SystemTime().now)")
        try await page.waitFor(selector: ".diff .plus")
        #expect(try await page.text("main").contains("front-end"))
        clean(page, "diff of two times")
    }

    /// What a sink refused stands there, and is sent again.
    func deadLetters(_ page: BrowserPage) async throws {
        let before = stage.sinks.webhooks.count
        try await page.navigate(stage.address + "/sinks")
        try await page.waitFor(text: "dead letter", in: "main")
        try await picture(page, "dead-letters", .light)
        try await page.press("Send again… through hook")
        try await page.press("Send again", within: "dialog")
        try await page.waitFor("!document.querySelector('main').innerText.includes('dead letter')", "no dead letters")
        try await stage.world.eventually("the webhook to be told again") { stage.sinks.webhooks.count > before ? true : nil }
        #expect(stage.sinks.violations.isEmpty)
        clean(page, "dead letters")
    }

    /// The log of a pod, as the API server has it.
    func logs(_ page: BrowserPage) async throws {
        try await page.navigate(stage.address + Self.workload)
        try await page.press("Log")
        try await page.waitFor(text: "(container \"front-end\") runs on a simulated node", in: ".log pre")
        clean(page, "logs")
    }

    /// Everything is reached by the tabulator, a dialog is left by Escape, and one is back where one was.
    func keyboard(_ page: BrowserPage) async throws {
        try await page.navigate(stage.address + Self.workload)
        try await page.waitFor(selector: "#rollback")
        try await page.evaluate("document.activeElement.blur()")
        var reached: [String] = []
        for _ in 0..<60 {
            try await page.key("Tab")
            reached.append(try await page.evaluate("(() => { const e = document.activeElement; return e.id || e.innerText || e.getAttribute('aria-label') || e.type || '' })()").string ?? "")
        }
        #expect(reached.first == "Skip to content")
        for name in ["History", "Topology", "rollback", "lock", "automate", "span"] { #expect(reached.contains(name), "\(name) among \(reached)") }
        try await page.evaluate("document.querySelector('#rollback').focus()")
        try await page.key("Enter")
        try await page.waitFor(selector: "dialog[open]")
        #expect(try await page.evaluate("document.querySelector('dialog').contains(document.activeElement)").bool == true)
        for _ in 0..<12 {
            try await page.key("Tab")
            #expect(try await page.evaluate("document.querySelector('dialog').contains(document.activeElement) || document.activeElement === document.body").bool == true)
        }
        try await page.key("Escape")
        try await page.waitFor("!document.querySelector('dialog[open]') && document.activeElement?.id === 'rollback'", "the button that opened it")
        clean(page, "keyboard")
    }
}
