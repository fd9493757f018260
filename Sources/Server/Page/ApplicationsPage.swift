internal import Basics
internal import Delivery
internal import Document
internal import Kubernetes

/// The first screen as the server writes it: all applications with their workloads, so many rows at a time.
struct ApplicationsPage {
    var applications: [OverviewSnapshot.Application]
    /// Rows before these.
    var offset = 0

    /// Rows in one document: workloads, and applications that have none.
    static let rows = 250
    /// Bytes past which a document ends, however few its rows are.
    static let size = 220_000

    func write(_ html: inout HTML) {
        let all = applications.reduce(0) { $0 + $1.workloads.count }
        html.element("p", ["class": "quiet"], text: "\(applications.count) applications, \(all) workloads")
        if applications.isEmpty { html.element("p", text: "There is nothing that you may see.") }
        // Rows before an application; and workloads up to the end of what is written.
        var (position, reached, told) = (0, offset, 0)
        for application in applications {
            let count = max(1, application.workloads.count)
            let skipped = min(count, max(0, offset - position))
            if position + count <= offset {
                told += application.workloads.count
            } else if position + skipped == reached, reached < offset + Self.rows, html.count < Self.size {
                let room = offset + Self.rows - reached
                let written = section(application, application.workloads.dropFirst(skipped).prefix(room), &html)
                reached += max(1, written)
                told += min(application.workloads.count, skipped) + written
            }
            position += count
        }
        html.element("nav", ["class": "more", "aria-label": "Pages"]) { html in
            if offset > 0 { html.element("a", ["rel": "prev", "href": "/?offset=\(max(0, offset - Self.rows))"], text: "Before these") }
            if position > reached { html.element("a", ["rel": "next", "href": "/?offset=\(reached)"], text: "\(all - told) more workloads") }
        }
    }

    /// - Returns: How many rows there was room for.
    private func section(_ application: OverviewSnapshot.Application, _ rows: ArraySlice<OverviewSnapshot.Workload>, _ html: inout HTML) -> Int {
        var written = 0
        let status = application.status
        html.element("section", ["class": "app"]) { html in
            html.element("h2") { html in
                html.element("a", ["href": "/applications/\(pathSegment(status.application))"], text: clipped(status.application))
            }
            html.element("p", ["class": "app-badges"]) { html in
                html.badge(status.sync.rawValue)
                html.write(" ")
                html.badge(status.health.rawValue)
            }
            html.element("p", ["class": "app-revision"], text: clipped(status.appliedRevision.isEmpty ? status.revision : status.appliedRevision))
            if !status.message.isEmpty { html.element("p", ["class": "app-message"], text: clipped(status.message, 200)) }
            for problem in status.problems.prefix(3) {
                html.element("p", ["class": "app-problem"]) { html in
                    html.element("code", text: clipped(problem.place.isEmpty ? problem.object : problem.place))
                    html.write(" \(clipped(problem.message, 200))")
                }
            }
            guard !rows.isEmpty else { return }
            html.element("table", ["class": "cards"]) { html in
                html.element("caption", ["class": "visually-hidden"], text: "Workloads of \(clipped(status.application))")
                html.element("thead") { $0.element("tr") { html in for name in ["Workload", "Namespace", "Health", "Pods", "Images", "Release"] { html.column(name) } } }
                html.element("tbody") { html in
                    for workload in rows where written == 0 || html.count < Self.size {
                        row(workload, &html)
                        written += 1
                    }
                }
            }
        }
        return written
    }

    private func row(_ workload: OverviewSnapshot.Workload, _ html: inout HTML) {
        let sight = workload.sight
        html.element("tr") { html in
            html.element("th", ["scope": "row"]) { html in
                html.element("a", ["href": workloadPath(sight.key)], text: "\(sight.key.kind.lowercased())/\(clipped(sight.key.name, 80))")
            }
            html.element("td", ["data-label": "Namespace"], text: clipped(sight.key.namespace, 63))
            html.element("td", ["data-label": "Health"]) { html in
                html.badge(sight.health.rawValue)
                if !sight.message.isEmpty { html.write(" \(clipped(sight.message))") }
            }
            html.element("td", ["data-label": "Pods"], text: sight.wanted.map { "\(sight.ready ?? 0)/\($0)" } ?? "")
            let images = sight.images.sorted { $0.key < $1.key }.prefix(3).map { clipped($0.value, 100) }
            html.element("td", ["data-label": "Images"], text: images.joined(separator: ", ") + (sight.images.count > 3 ? ", …" : ""))
            var words: [String] = []
            if let rollout = sight.rollout { words.append("\(rollout.phase), step \(rollout.step) of \(rollout.steps), \(rollout.weight) %") }
            if workload.isAutomated { words.append("automated") }
            if workload.isLocked { words.append("locked") }
            html.element("td", ["data-label": "Release"], text: words.joined(separator: "; "))
        }
    }
}

/// A workload's page: its kind as the API takes it.
func workloadPath(_ key: ObjectKey) -> String {
    let kind = key.kind.lowercased() + (["", "apps", "batch"].contains(key.group) ? "" : ".\(key.group)")
    return "/workloads/\(pathSegment(key.namespace))/\(pathSegment(kind))/\(pathSegment(key.name))"
}
