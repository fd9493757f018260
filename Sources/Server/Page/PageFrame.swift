internal import HTTPTypes
internal import Hummingbird

// What all pages have in common. The script takes over what stands here, so that it may be read without it:
//
//   a.skip                     to the content
//   header.top                 the name (a.brand), nav[aria-label=Screens] with the screens, p.who with who is signed in
//   main#main                  div.screen.NAME, in it div.heading with the h1, then what the screen has
//   table.cards                a caption, th[scope=col] above, th[scope=row] before; td[data-label] as its column is called
//   span.badge.good|warn|bad|busy|idle   a state, in words
//   section.app                an application: h2 with its link, p.app-badges, p.app-revision, p.app-problem
//   form#sign-in               for who is not signed in
//   noscript                   what takes scripts

/// A page's HTML document.
struct PageFrame {
    var title: String
    /// The screen's name: a class, for the style.
    var screen: String
    var path: String
    /// Nil: nobody is signed in.
    var user: String?

    static let screens = [
        ("/", "Applications"), ("/history", "History"), ("/graphs", "Graphs"), ("/topology", "Topology"), ("/diff", "Diff"), ("/sinks", "Sinks"),
    ]

    func document(_ body: (inout HTML) -> Void) -> HTML {
        var html = HTML()
        html.doctype()
        html.element("html", ["lang": "en"]) { html in
            html.element("head") { html in
                html.void("meta", ["charset": "utf-8"])
                html.void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
                html.void("meta", ["name": "color-scheme", "content": "light dark"])
                html.element("title", text: "\(title) – Martlet")
                html.void("link", ["rel": "stylesheet", "href": "/assets/style.css"])
                html.void("link", ["rel": "icon", "type": "image/svg+xml", "href": "/assets/favicon.svg"])
                html.element("script", ["type": "module", "src": "/assets/app.js"])
            }
            html.element("body") { html in
                html.element("a", ["class": "skip", "href": "#main"], text: "Skip to content")
                html.element("header", ["class": "top"]) { html in header(&html) }
                html.element("main", ["id": "main", "tabindex": "-1"]) { html in
                    html.element("div", ["class": "screen \(screen)"]) { html in
                        html.element("div", ["class": "heading"]) { $0.element("h1", text: title) }
                        body(&html)
                    }
                }
            }
        }
        return html
    }

    private func header(_ html: inout HTML) {
        html.element("a", ["class": "brand", "href": "/"], text: "Martlet")
        html.element("nav", ["aria-label": "Screens", "class": "open"]) { html in
            for (place, name) in Self.screens {
                if place == path { html.element("a", ["href": place, "aria-current": "page"], text: name) } else { html.element("a", ["href": place], text: name) }
            }
        }
        if let user { html.element("p", ["class": "who"]) { $0.element("span", ["class": "user"], text: clipped(user)) } }
    }

    static func response(_ html: HTML) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/html; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: html.text)))
    }
}

extension HTML {
    mutating func badge(_ word: String) {
        let tone =
            switch word {
            case "Healthy", "Synced", "succeeded": "good"
            case "Degraded", "Missing", "Failed", "failed": "bad"
            case "OutOfSync", "rolled-back": "warn"
            case "Progressing", "Syncing", "running": "busy"
            default: "idle"
            }
        element("span", ["class": "badge \(tone)"], text: word)
    }

    mutating func column(_ name: String) { element("th", ["scope": "col"], text: name) }

    /// The form for who is not signed in.
    mutating func signIn(_ access: AccessControl) {
        element("p", text: "Sign in to see the applications.")
        if !access.authorities.isEmpty {
            element("form", ["id": "sign-in", "method": "post", "action": "/login"]) { html in
                html.element("p", ["class": "field"]) { html in
                    html.element("label", ["for": "sign-in-token"], text: "Token")
                    html.void("input", ["id": "sign-in-token", "type": "password", "name": "token", "autocomplete": "off", "required": ""])
                }
                html.element("p") { $0.element("button", ["type": "submit"], text: "Sign in") }
            }
            element("p", ["class": "quiet"], text: "A token of the daemon's token file, or of a Kubernetes service account: kubectl create token NAME.")
        }
        if access.authorities.isEmpty || access.link != .none {
            if access.link == .none { element("p", text: "Nobody can: this daemon knows no tokens, and prints no link.") }
            // The script's form says it too.
            element("p", ["id": "sign-in-link", "class": "quiet"], text: access.link.advice.prefix(1).uppercased() + access.link.advice.dropFirst() + ".")
        }
    }

    mutating func withoutScripts(_ text: String) { element("noscript") { $0.element("p", ["class": "notice"], text: text) } }
}
