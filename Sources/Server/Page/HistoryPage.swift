internal import Basics
internal import Delivery
internal import Document
internal import History
internal import Kubernetes

/// The deploys as the server writes them, newest first.
struct HistoryPage {
    var page: HistoryAPI.Page
    /// What the list is about, for the link to what is older.
    var filter: [(name: String, value: String)]

    static let rows = 50
    /// More is no page.
    static let mostRows = 200

    func write(_ html: inout HTML) {
        if page.events.isEmpty {
            html.element("p", text: "No deploys match.")
        } else {
            html.element("table", ["class": "cards"]) { html in
                html.element("caption", ["class": "visually-hidden"], text: "Deploys, newest first")
                html.element("thead") { $0.element("tr") { html in for name in ["Began", "Workload", "Outcome", "What", "Why", "Commit"] { html.column(name) } } }
                html.element("tbody") { html in for event in page.events { row(event, &html) } }
            }
        }
        if let next = page.next {
            let query = (filter + [("before", next)]).map { "\($0.name)=\(pathSegment($0.value))" }.joined(separator: "&")
            html.element("p", ["class": "more"]) { $0.element("a", ["rel": "next", "href": "/history?\(query)"], text: "Older deploys") }
        }
        if let since = page.knownSince { html.element("p", ["class": "quiet"], text: "Known since \(since).") }
    }

    private func row(_ event: DeployEvent, _ html: inout HTML) {
        html.element("tr") { html in
            html.element("th", ["scope": "row"]) { html in
                html.element("a", ["href": "/history/\(pathSegment(event.id))"]) { html in
                    html.element("time", ["datetime": event.startedAt.inMilliseconds], text: "\(event.startedAt)".replacing("T", with: " ").replacing("Z", with: " UTC"))
                }
            }
            html.element("td", ["data-label": "Workload"]) { html in
                if let key = event.workload {
                    html.element("a", ["href": workloadPath(key)], text: "\(key.kind.lowercased())/\(clipped(key.name, 80))")
                    html.write(" \(clipped(key.namespace, 63))")
                } else {
                    html.write(clipped(event.application))
                }
            }
            html.element("td", ["data-label": "Outcome"]) { html in
                html.badge(event.outcome.rawValue)
                if !event.reason.isEmpty { html.write(" \(clipped(event.reason, 200))") }
            }
            let images = event.images.prefix(3).map { "\(clipped($0.container, 40)): \(clipped($0.from ?? "none", 80)) → \(clipped($0.to ?? "none", 80))" }
            html.element("td", ["data-label": "What"], text: images.isEmpty ? clipped(event.strategy, 40) : images.joined(separator: ", "))
            html.element("td", ["data-label": "Why"], text: "\(event.cause.kind.rawValue)\(event.cause.by.isEmpty ? "" : " by \(clipped(event.cause.by))")")
            html.element("td", ["data-label": "Commit"]) { html in
                html.element("code", text: clipped(event.revision.description, 60))
                if let commit = event.commits.first { html.write(" \(clipped(commit.subject))") }
            }
        }
    }
}
