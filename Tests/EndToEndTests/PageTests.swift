import Basics
import DevCluster
import Document
import FoundationEssentials
import Git
import Kubernetes
import Scenarios
import TestKit
import Testing

/// The page as a person has it: in a browser, on the program, with a cluster and a repository behind it.
@Suite(.serialized, .enabled(if: isWanted, "make e2e")) struct PageTests {
    @Test(.timeLimit(.minutes(5))) func inABrowser() async throws {
        try await withEmbeddedCluster { cluster, kubeconfig in
            let stage = try await PageStage(client: cluster.client(userAgent: "test"), kubeconfig: kubeconfig)
            do {
                try await PageWalk(stage: stage).run()
            } catch {
                await stage.stop()
                throw ScenarioFailure("\(error)\n\(stage.daemon.trouble)")
            }
            await stage.stop()
        }
    }
}

/// What a person does with the page, from signing in to signing out.
struct PageWalk {
    let stage: PageStage
    static let workload = "/workloads/shop/deployment/front-end"

    func run() async throws {
        try await stage.world.settled("shop", at: stage.first)
        try await stage.world.settled("carts", at: stage.first)
        let page = try await stage.browser.page()
        try await signIn(page)
        try await automate(page)
        let before = SystemTime().now
        try await release(page)
        try await hostileCommits(page)
        try await hostileAnnotations(page)
        try await theSlider(page, before: before)
        try await theGraphs(page, before: before)
        try await twoTimes(page, before: before)
        try await deadLetters(page)
        try await logs(page)
        try await everyScreen(page)
        try await keyboard(page)
        try await rollBack(page)
        try await thePast(page)
        try await hostileAnswers()
        try await signOut(page)
    }

    /// Whoever is not signed in gets a form and nothing else.
    private func signIn(_ page: BrowserPage) async throws {
        try await page.navigate(stage.address + "/")
        try await page.waitFor(selector: "#token")
        #expect(try await !page.text().contains("front-end"))
        try await page.screenshot(Pictures.path("sign-in", .light))
        // The browser itself complains about the answer 401.
        page.forgetProblems()
        try await page.type(PageStage.token, into: "#token")
        try await page.key("Enter")
        try await page.waitFor(text: "Applications", in: "main h1")
        try await page.waitFor(selector: "main .app")
        #expect(try await page.text("header").contains("grace"))
        clean(page, "sign in")
    }

    /// The switch makes a commit, whose author is whoever pressed it.
    private func automate(_ page: BrowserPage) async throws {
        let before = try await stage.tip()
        try await page.navigate(stage.address + Self.workload)
        try await page.waitFor("document.querySelector('#automate')?.getAttribute('aria-checked') === 'false'", "the switch to be off")
        try await page.waitFor(text: "1.0.0", in: "main")
        try await page.click("#automate")
        try await page.waitFor(selector: "dialog[open]")
        try await page.screenshot(Pictures.path("dialog", .light))
        try await page.press("Commit", within: "dialog")
        try await page.waitFor(text: "Committed", in: "#notices")
        let commits = try await stage.repository.git(["log", "--format=%an %s", "\(before)..main"])
        #expect(commits.contains("grace"))
        #expect(try await stage.text("front-end.yaml").contains("automated: \"true\""))
        try await page.waitFor("document.querySelector('#automate')?.getAttribute('aria-checked') === 'true'", "the switch to be on")
        clean(page, "automate")
    }

    /// A new image is committed, waits at its gate half way, and is promoted by a press.
    private func release(_ page: BrowserPage) async throws {
        try await stage.registry.push("shop/front-end", tag: "1.1.0", createdAt: Timestamp(milliseconds: 1_700_000_600_000))
        try await stage.world.eventually("the bump") { try await stage.text("front-end.yaml").contains("front-end:1.1.0") ? true : nil }
        try await page.waitFor(text: "Gated", in: ".rollout-head", within: .seconds(60))
        for look in Look.allCases { try await picture(page, "rollout", look) }
        try await theSplit(page)
        try await page.click("#verb-promote")
        try await page.press("Promote", within: "dialog")
        try await page.waitFor("!document.querySelector('.rollout-head')", "the end of the rollout", within: .seconds(60))
        try await page.waitFor(text: "Succeeded", in: ".deploys")
        clean(page, "release")
    }

    /// Forty commits in one push: all are named on the deploy's page, as what they are.
    private func hostileCommits(_ page: BrowserPage) async throws {
        for (index, text) in HostileStrings.all.enumerated() {
            // An annotation each, on the pods and on the workload; the first of them begins a rollout.
            let next = try await stage.text("front-end.yaml").replacing(
                index == 0 ? "\"welcome\"" : "    martlet.dev/gate: manual\n",
                with: index == 0 ? JSON.text(.string(text)) : "    martlet.dev/gate: manual\n    note-\(index): \(JSON.text(.string(text)))\n")
            try await stage.repository.commit(text, ["front-end.yaml": .text(next)], author: "Eve & Sons", date: SystemTime().now)
        }
        try await stage.daemon.notify()
        try await page.waitFor(text: "Gated", in: ".rollout-head", within: .seconds(60))
        try await page.click("#verb-promote")
        try await page.press("Promote", within: "dialog")
        try await page.waitFor("!document.querySelector('.rollout-head')", "the end of the rollout", within: .seconds(60))
        try await page.navigate(stage.address + "/history")
        try await page.waitFor(selector: ".deploy-name")
        try await page.evaluate(
            "[...document.querySelectorAll('li.deploy')].find((row) => row.innerText.includes('deployment/front-end')).querySelector('.deploy-name').click()")
        try await page.waitFor(selector: ".commits li")
        let shown = try await page.evaluate("[...document.querySelectorAll('.commits .subject')].map((e) => e.textContent)").sequence?.compactMap(\.string) ?? []
        // git has subjects without white space at their ends, and of control characters none.
        let subjects = try await stage.repository.git(["log", "-\(HostileStrings.all.count)", "--format=%s", "main"]).split(separator: "\n").map(String.init)
        #expect(Set(shown).isSuperset(of: subjects), "\(Set(subjects).subtracting(shown))")
        try await harmless(page, "commits")
        try await page.screenshot(Pictures.path("hostile-commits", .light))
    }

    /// Another time, by keys and by the address.
    private func theSlider(_ page: BrowserPage, before: Timestamp) async throws {
        try await page.navigate(stage.address + "/")
        try await page.waitFor(selector: "main .app")
        try await page.evaluate("document.activeElement.blur()")
        try await page.key("[")
        try await page.waitFor("location.search.includes('at=') && document.querySelector('.timebar.past')", "the past")
        clean(page, "slider")
        try await page.navigate(stage.address + Self.workload + "?at=\(before)")
        try await page.waitFor(text: "1.0.0", in: "main")
        #expect(try await page.evaluate("document.querySelector('#automate') === null").bool == true, "the past cannot be changed")
        try await picture(page, "past", .light)
        try await page.evaluate("document.activeElement.blur()")
        try await page.key("l")
        try await page.waitFor("document.querySelector('#automate') && !location.search.includes('at=')", "the present")
        clean(page, "slider")
    }

    private func everyScreen(_ page: BrowserPage) async throws {
        let screens = [
            ("applications", "/", "main .app"), ("application", "/applications/shop", "main table"), ("objects", "/applications/shop?tab=objects", ".objects li"),
            ("workload", Self.workload, ".deploys li"), ("blame", Self.workload + "?tab=blame", ".blame tbody tr"), ("history", "/history", ".deploys li"),
            ("graphs", "/graphs?q=up&q=martlet_deploys_total", ".graph-canvas canvas"), ("topology", "/topology", ".node"), ("table", "/topology?view=table", "main table"),
            ("diff", "/diff?from=\(stage.first)&to=main", ".diff .plus"), ("sinks", "/sinks", "main .panel"),
        ]
        for look in Look.allCases {
            try await page.emulate(dark: look == .dark, width: look == .phone ? 360 : 1280, height: look == .phone ? 740 : 860)
            for (name, path, sign) in screens {
                try await page.navigate(stage.address + path)
                try await page.waitFor(selector: sign)
                try await Task.sleep(for: .milliseconds(300))
                let excess = try await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth").int ?? 0
                #expect(excess <= 0, "\(name) is too wide for a \(look)")
                try await page.screenshot(Pictures.path(name, look))
                if look == .phone { #expect(try await page.nameless().isEmpty, "\(name): what a screen reader has no words for") }
                clean(page, "\(name), \(look)")
            }
        }
        try await page.emulate()
    }

    private func rollBack(_ page: BrowserPage) async throws {
        let before = try await stage.tip()
        try await page.navigate(stage.address + Self.workload)
        try await page.waitFor(selector: ".deploys li")
        try await page.click("#rollback")
        try await page.type("the graph jumped", into: "dialog input")
        try await page.press("Roll back", within: "dialog")
        try await page.waitFor(text: "Committed", in: "#notices")
        #expect(try await stage.tip() != before)
        #expect(try await stage.text("front-end.yaml").contains("the graph jumped"))
        try await page.waitFor("document.querySelector('#lock')?.getAttribute('aria-checked') === 'true'", "the lock")
        clean(page, "roll back")
    }

    /// Each screen of a workload that was locked then: as git said it, whatever is so now.
    private func thePast(_ page: BrowserPage) async throws {
        let tip = try await stage.tip()
        try await page.waitFor(
            "fetch('/api/v1/at?time=' + new Date().toISOString()).then((answer) => answer.json()).then((then) => then.applications.some(({ application, commit }) => application === 'shop' && commit === '\(tip)'))",
            "the rollback to be live", within: .seconds(60))
        let then = SystemTime().now.adding(.seconds(1))
        try await Task.sleep(for: .seconds(2))
        try await page.click("#rollback")
        try await page.waitFor(text: "The workload is locked: ", in: "dialog")
        try await page.type("it was not that", into: "dialog input")
        try await page.press("Roll back through the lock", within: "dialog")
        try await page.waitFor("!document.querySelector('dialog')", "the second commit")
        #expect(try await stage.tip() != tip)
        #expect(try await stage.text("front-end.yaml").contains("it was not that"))

        try await page.navigate(stage.address + Self.workload + "?at=\(then)")
        try await page.waitFor(text: "Locked then", in: "main")
        #expect(try await page.text("main").contains("the graph jumped"))
        try await page.navigate(stage.address + Self.workload + "?tab=blame&at=\(then)")
        try await page.waitFor(selector: ".blame tbody tr")
        #expect(try await page.text("main").contains("As git said it"))
        #expect(try await page.text(".blame").contains("the graph jumped"))
        try await page.navigate(stage.address + "/applications/shop?at=\(then)")
        try await page.waitFor(text: "locked", in: "main table")
        #expect(try await page.evaluate("[...document.querySelectorAll('.facts dt')].some((e) => e.textContent === 'Applied')").bool == false)
        try await page.navigate(stage.address + "/applications/shop?tab=objects&at=\(then)")
        try await page.waitFor(selector: ".objects li")
        #expect(try await page.text("main").contains(tip.short))
        try await page.navigate(stage.address + "/topology?at=\(then)")
        try await page.waitFor(selector: ".node")
        #expect(try await page.text("main").contains("pods and traffic of then are not kept"))
        try await picture(page, "topology-past", .light)
        // Back in the present it is the present's, and stays so while paused.
        try await page.evaluate("document.activeElement.blur()")
        try await page.key("l")
        try await page.waitFor("!document.querySelector('main').innerText.includes('pods and traffic of then')", "the topology of now")
        try await page.key("l")
        try await page.waitFor(selector: ".timebar.paused")
        let asked = "performance.getEntriesByType('resource').filter((entry) => entry.name.includes('/topology')).length"
        let before = try await page.evaluate(asked)
        try await stage.commit("A word", ["front-end.yaml": .text(try await stage.text("front-end.yaml") + "# a word\n")])
        try await Task.sleep(for: .seconds(4))
        #expect(try await page.evaluate(asked) == before, "nothing moves while paused")
        #expect(try await !page.text("main").contains("pods and traffic of then"))
        clean(page, "the past")
    }

    /// Texts that the daemon would have from registries and pods.
    private func hostileAnswers() async throws {
        let page = try await stage.browser.page()
        let strings = HostileStrings.all
        try await page.navigate(stage.address + "/")
        try await page.type(PageStage.token, into: "#token")
        try await page.key("Enter")
        try await page.waitFor(selector: "main .app")
        page.forgetProblems()
        try await page.answer("/logs", with: ["lines": .sequence(strings.map { .string($0) })])
        try await page.answer(
            "/pods",
            with: [
                "pods": [
                    [
                        "name": .string(strings[0]), "arm": "next", "ready": false, "health": .string(strings[1]), "message": .string(strings[2]),
                        "containers": [["name": .string(strings[3]), "image": .string(strings[4]), "ready": false, "restarts": 3, "state": .string(strings[5])]],
                    ]
                ]
            ])
        let candidates = strings.map { text -> Value in ["tag": .string(text), "current": false, "passes": true] }
        try await page.answer(
            Self.workload.replacing("/workloads", with: "/api/v1/workloads"),
            with: [
                "workload": [
                    "group": "apps", "kind": "Deployment", "namespace": "shop", "name": "front-end", "application": .string(strings[0]), "origin": "x:1", "containers": [],
                    "policy": ["automated": false, "locked": true, "lockedBy": .string(strings[1]), "lockedReason": .string(strings[2]), "tags": [:]],
                ],
                "containers": [["name": .string(strings[0]), "image": "a/b:1", "policy": .string(strings[3]), "verdict": .string(strings[4]), "candidates": .sequence(candidates)]],
            ])
        try await page.navigate(stage.address + Self.workload)
        try await page.waitFor(text: strings[4], in: "main")
        try await page.press("Show \(strings.count - 8) more tags")
        try await page.press("Log")
        try await page.waitFor(selector: ".log pre")
        let lines = try await page.evaluate("document.querySelector('.log pre').textContent.split('\\n')").sequence?.compactMap(\.string) ?? []
        #expect(lines == strings)
        let tags = try await page.evaluate("[...document.querySelectorAll('.container tbody th')].map((e) => e.firstChild.textContent)").sequence?.compactMap(\.string) ?? []
        #expect(tags == strings)
        try await harmless(page, "answers")
        try await page.screenshot(Pictures.path("hostile-answers", .light))
    }

    private func signOut(_ page: BrowserPage) async throws {
        try await page.press("Sign out", within: "header")
        try await page.waitFor(selector: "#token")
        #expect(try await page.evaluate("fetch('/api/v1/overview').then((answer) => answer.status)").int == 401)
    }

    /// Text is all it was.
    func harmless(_ page: BrowserPage, _ what: String) async throws {
        #expect(try await page.evaluate("window.harm === undefined").bool == true, "\(what)")
        let strange = try await page.evaluate(
            "[...document.body.querySelectorAll('script, img, iframe, object, embed, base, meta, link, style, form[action], video, marquee, [onerror], [onload], [style*=fixed]')].map((e) => e.outerHTML)")
        #expect(strange.sequence?.isEmpty == true, "\(what): \(strange)")
        clean(page, what)
    }

    func picture(_ page: BrowserPage, _ name: String, _ look: Look) async throws {
        try await page.emulate(dark: look == .dark, width: look == .phone ? 360 : 1280, height: look == .phone ? 740 : 860)
        try await Task.sleep(for: .milliseconds(200))
        try await page.screenshot(Pictures.path(name, look))
        try await page.emulate()
    }

    /// Nothing in the console, nothing that the policy forbade.
    func clean(_ page: BrowserPage, _ what: String) {
        #expect(page.problems.isEmpty, "\(what): \(page.problems)")
        page.forgetProblems()
    }
}

enum Look: String, CaseIterable { case light, dark, phone }

/// Where the pictures of a run are kept: outside of the repository, for people to look at.
enum Pictures {
    private static let folder: String = {
        let environment = ProcessInfo.processInfo.environment
        let folder = environment["MARTLET_PICTURES"] ?? "\(environment["TMPDIR"] ?? "/tmp")/martlet-pictures"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }()

    static func path(_ name: String, _ look: Look) -> String { "\(folder)/\(name)-\(look.rawValue).png" }
}
