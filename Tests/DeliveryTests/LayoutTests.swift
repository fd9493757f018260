import Delivery
import Kubernetes
import Testing

/// Which files belong to whom.
@Suite struct LayoutTests {
    private func parts(_ layout: Layout) -> [String: [String]] {
        Dictionary(layout.parts.map { ($0.spec.name, $0.files.map(\.path)) }) { $0 + $1 }
    }

    @Test func everythingIsOneApplication() {
        let layout = Layout.divide(files("b.yaml", "a/c.yml", "d.json", "README.md", ".hidden.yaml"), root: "", name: "shop", declared: [])
        #expect(parts(layout) == ["shop": ["a/c.yml", "b.yaml", "d.json"]])
        #expect(layout.problems.isEmpty && layout.parts.first?.form == .manifests)
    }

    @Test func hiddenFoldersAreOtherTools() {
        let all = files("a.yaml", ".github/workflows/ci.yaml", "x/.config/b.yaml", ".charts/web/Chart.yaml", ".charts/web/values.yaml", ".deploy/c.yaml")
        #expect(parts(Layout.divide(all, root: "", name: "shop", declared: [])) == ["shop": ["a.yaml"]])
        // Whoever names one means it.
        #expect(parts(Layout.divide(all, root: ".deploy", name: "shop", declared: [])) == ["shop": [".deploy/c.yaml"]])
        #expect(parts(Layout.divide(all, root: "", name: "shop", declared: [spec("c", ".deploy")])) == ["c": [".deploy/c.yaml"], "shop": ["a.yaml"]])
    }

    @Test func onlyBelowTheRoot() {
        let layout = Layout.divide(files("a.yaml", "deploy/b.yaml", "deployed/c.yaml"), root: "deploy", name: "shop", declared: [])
        #expect(parts(layout) == ["shop": ["deploy/b.yaml"]])
    }

    @Test func nestedApplications() {
        let all = files("a.yaml", "x/b.yaml", "x/martlet.yaml", "x/y/c.yaml", "x/yy/d.yaml")
        let layout = Layout.divide(all, root: "", name: "shop", declared: [spec("x", "x"), spec("y", "x/y")])
        #expect(parts(layout) == ["shop": ["a.yaml"], "x": ["x/b.yaml", "x/yy/d.yaml"], "y": ["x/y/c.yaml"]])
    }

    @Test func aDeclaredRootTakesTheRest() {
        let layout = Layout.divide(files("a.yaml", "x/b.yaml"), root: "", name: "shop", declared: [spec("all", ""), spec("x", "x")])
        #expect(parts(layout) == ["all": ["a.yaml"], "x": ["x/b.yaml"]])
    }

    @Test func impliedCharts() {
        let all = files(
            "a.yaml", "charts/web/Chart.yaml", "charts/web/values.yaml", "charts/web/templates/d.yaml",
            "charts/web/charts/sub/Chart.yaml", "charts/web/charts/sub/templates/s.yaml")
        let layout = Layout.divide(all, root: "", name: "shop", declared: [])
        #expect(Set(parts(layout).keys) == ["shop", "web"])
        #expect(parts(layout)["web"]?.count == 5 && parts(layout)["shop"] == ["a.yaml"])
        #expect(layout.parts.last?.form == .chart && layout.parts.last?.spec.path == "charts/web")
    }

    @Test func aChartAtTheRoot() {
        let layout = Layout.divide(files("Chart.yaml", "templates/a.yaml"), root: "", name: "shop", declared: [])
        #expect(parts(layout) == ["shop": ["Chart.yaml", "templates/a.yaml"]] && layout.parts.first?.form == .chart)
    }

    @Test func aChartInADeclaredFolderIsRendered() {
        let all = files("apps/a.yaml", "apps/web/Chart.yaml", "apps/web/templates/d.yaml")
        let layout = Layout.divide(all, root: "", name: "shop", declared: [spec("apps", "apps")])
        #expect(parts(layout) == ["apps": ["apps/a.yaml"], "web": ["apps/web/Chart.yaml", "apps/web/templates/d.yaml"]])
    }

    @Test(arguments: [("charts/My_Web", "my-web"), ("charts/Web.v2-", "web-v2"), ("charts/___", "chart")])
    func namesOfImpliedCharts(_ folder: String, _ name: String) {
        let layout = Layout.divide(files("\(folder)/Chart.yaml"), root: "", name: "shop", declared: [])
        #expect(layout.parts.map(\.spec.name) == [name])
    }

    @Test func twoReleasesOfOneChart() {
        let all = files("web/Chart.yaml", "web/templates/d.yaml", "blue.yaml")
        var blue = spec("blue", "web")
        blue.helm.valuesFiles = ["../blue.yaml"]
        let layout = Layout.divide(all, root: "", name: "shop", declared: [blue, spec("green", "web")])
        #expect(parts(layout)["blue"]?.contains("blue.yaml") == true, "values beside the chart are read")
        #expect(parts(layout)["green"] == ["web/Chart.yaml", "web/templates/d.yaml"])
        #expect(layout.problems.isEmpty)
    }

    @Test func packedCharts() {
        let all = files("charts/web-1.0.0.tgz", "charts/prod.yaml", "charts/other.tgz", "a.yaml")
        var web = spec("web", "charts/web-1.0.0.tgz")
        web.helm.valuesFiles = ["prod.yaml"]
        let layout = Layout.divide(all, root: "", name: "shop", declared: [web])
        #expect(parts(layout)["web"] == ["charts/web-1.0.0.tgz", "charts/prod.yaml"])
        #expect(layout.parts.first { $0.spec.name == "web" }?.form == .chart)
        #expect(parts(layout)["shop"] == ["a.yaml"], "values are no manifests")
        #expect(layout.problems.isEmpty)
    }

    @Test func declaredTwice() throws {
        let layout = Layout.divide(files("a/x.yaml", "b/y.yaml"), root: "", name: "shop", declared: [spec("web", "a"), spec("web", "b")])
        #expect(try #require(layout.problems["web"]?.first).description.contains("declared twice, the other time in martlet.yaml:1: rename one"))
    }

    @Test func anImpliedChartWithATakenName() throws {
        let all = files("a/web/Chart.yaml", "a/web/templates/d.yaml", "b/web/Chart.yaml", "b/web/templates/d.yaml", "c.yaml")
        let layout = Layout.divide(all, root: "", name: "shop", declared: [])
        let error = try #require(layout.problems["web"]?.first)
        #expect(error.description.hasPrefix("b/web/Chart.yaml: ") && error.description.contains("a/web/Chart.yaml") && error.description.contains("martlet.yaml"))
        #expect(parts(layout)["shop"] == ["c.yaml"], "templates are no manifests")
    }

    @Test func theRestWithATakenName() throws {
        let layout = Layout.divide(files("a.yaml", "x/b.yaml"), root: "", name: "shop", declared: [spec("shop", "x")])
        #expect(try #require(layout.problems["shop"]?.first).description.contains("--name"))
    }

    @Test func nothingInTheFolder() throws {
        let layout = Layout.divide(files("a.yaml"), root: "", name: "shop", declared: [spec("web", "wbe")])
        #expect(try #require(layout.problems["web"]?.first).description == "martlet.yaml:1: there is nothing in the folder \"wbe\"")
        #expect(parts(layout) == ["shop": ["a.yaml"]])
    }

    @Test(arguments: ["kustomization.yaml", "kustomization.yml", "Kustomization", "base/Kustomization"])
    func kustomizations(_ file: String) throws {
        let layout = Layout.divide(files("a.yaml", file), root: "", name: "shop", declared: [])
        let error = try #require(layout.problems["shop"]?.first)
        #expect(error.description.hasPrefix("\(file): kustomizations are not understood") && error.description.contains(".martletignore"))
        #expect(layout.parts.isEmpty)
    }

    @Test func circlesOfDependencies() throws {
        var one = spec("one", "1"), two = spec("two", "2"), three = spec("three", "3"), own = spec("own", "4")
        one.dependsOn = ["two"]
        two.dependsOn = ["one"]
        three.dependsOn = ["one", "nobody"]
        own.dependsOn = ["own"]
        let layout = Layout.divide(files("1/a.yaml", "2/a.yaml", "3/a.yaml", "4/a.yaml"), root: "", name: "shop", declared: [one, two, three, own])
        #expect(Set(layout.problems.keys) == ["one", "two", "own"])
        #expect(try #require(layout.problems["one"]?.first).description.contains("\"one\", \"two\": leave one out"))
    }

    @Test func aMistakeInOneFileStopsTheScan() async throws {
        let tree = TextTree(texts: ["a.yaml": configuration("a"), "x/martlet.yaml": "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetdata: {}\n"])
        let error = try await #require(throws: RenderError.self) { _ = try await scan(tree, root: "", name: "shop") }
        #expect(error.description == "x/martlet.yaml:3: unknown field \"metdata\", did you mean \"metadata\"?")
    }

    @Test(arguments: [("", "has no files"), ("deploy", "no folder \"deploy\" at main@1234567: see --git-path")])
    func nothingThere(_ root: String, _ says: String) async throws {
        let tree = TextTree(texts: root.isEmpty ? [:] : ["a.yaml": ""])
        let error = try await #require(throws: SourceError.self) { _ = try await scan(tree, root: root, name: "shop") }
        #expect(error.description.contains(says) && !error.isTransient)
    }

    @Test func aChartsOwnMartletFileDeclaresIt() async throws {
        let tree = TextTree(texts: [
            "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
            "web/martlet.yaml": "apiVersion: martlet.dev/v1alpha1\nkind: Application\nmetadata: {name: front}\n",
            "web/templates/martlet.yaml": "{{ this is no YAML",
        ])
        let layout = try await scan(tree, root: "", name: "shop")
        #expect(layout.parts.map(\.spec.name) == ["front"] && layout.parts.first?.form == .chart)
    }
}
