internal import Automation
internal import Document
internal import HTTPTypes
internal import Kubernetes
internal import Registry

/// The verbs of `POST /api/v1/workloads/:namespace/:kind/:name/VERB`.
package enum ChangeVerb: String, Sendable, CaseIterable {
    case release, automate, deautomate, lock, unlock, rollback
}

/// What a body asks for.
struct ChangeBody {
    var action: ChangeRequest.Action
    var container: String?
    var force = false

    init(_ verb: ChangeVerb, _ bytes: [UInt8]) throws(APIFailure) {
        switch verb {
        case .release:
            let body = try FieldBody(bytes, known: ["image", "container", "force"])
            let text = try body.required("image", most: 1_024, example: "registry.example.com/shop/front-end:1.2.3")
            guard let image = ImageReference(text) else {
                throw APIFailure(
                    .unprocessableContent, "invalid", "\"\(shortened(text))\" is no image", advice: "write name, name:tag or name@sha256:digest")
            }
            action = .release(image)
            container = try body.text("container", most: 253)
            force = try body.flag("force")
        case .automate:
            let tags = try FieldBody(bytes, known: ["tags"]).texts("tags", most: 100)
            for (name, filter) in tags.sorted(by: { $0.key < $1.key }) {
                // Read now, so that a mistake is told before anything is looked for.
                guard let filter = TagFilter(filter) else {
                    throw APIFailure(
                        .unprocessableContent, "invalid", "\"\(shortened(filter))\" is no tag filter for container \"\(shortened(name))\"",
                        advice: "write semver:~1.4, glob:main-*, regex:^v or newest")
                }
                do throws(AutomationError) { _ = try TagPolicy(filter) } catch { throw APIFailure(error) }
            }
            action = .automate(tags: tags)
        case .deautomate:
            _ = try FieldBody(bytes, known: [])
            action = .deautomate
        case .lock:
            action = .lock(reason: try FieldBody(bytes, known: ["reason"]).required("reason", most: 1_000, example: "why it must stay"))
        case .unlock:
            _ = try FieldBody(bytes, known: [])
            action = .unlock
        case .rollback:
            let body = try FieldBody(bytes, known: ["to", "reason", "force"])
            let to = try body.text("to", most: 253)
            if let to, !isRevision(to) {
                throw APIFailure(.unprocessableContent, "invalid", "\"\(shortened(to))\" is no revision", advice: "write a commit, a branch or a tag")
            }
            action = .rollback(to: to.flatMap { $0.isEmpty ? nil : $0 }, reason: try body.text("reason", most: 1_000) ?? "")
            force = try body.flag("force")
        }
    }
}
