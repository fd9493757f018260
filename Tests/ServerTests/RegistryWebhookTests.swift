import Basics
import Crypto
import HTTPTypes
import Registry
import Testing

@testable import Server

private let secret = Array("the secret".utf8)

private func fields(_ headers: [(String, String)]) throws -> HTTPFields {
    var fields = HTTPFields()
    for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
    return fields
}

private func signature(_ body: String, _ secret: [UInt8] = secret) -> String {
    "sha256="
        + HMAC<SHA256>.authenticationCode(for: Array(body.utf8), using: SymmetricKey(data: secret))
        .map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}

/// A delivery with what proves it.
private func genuine(_ provider: RegistryWebhook.Provider, _ body: String, _ headers: [(String, String)] = []) throws -> RegistryWebhook.Verdict {
    let proof: [(String, String)] = provider == .ghcr ? [("X-Hub-Signature-256", signature(body))] : [("Authorization", "Bearer the secret")]
    return RegistryWebhook.judge(provider, headers: try fields(headers + proof), token: nil, body: Array(body.utf8), secret: secret)
}

/// Who is believed, and which repositories a genuine notification is about.
@Suite struct RegistryWebhookTests {
    typealias Provider = RegistryWebhook.Provider

    /// Bodies in the shapes that the registries document.
    static let payloads: [(Provider, String, [String])] = [
        (
            .dockerhub,
            #"{"callback_url":"https://registry.hub.docker.com/u/shop/front-end/hook/2141b5bi5i5b02bec211i4eeih0242eg11000a/","push_data":{"pushed_at":1417566161,"pusher":"ada","tag":"1.4.1"},"repository":{"comment_count":0,"date_created":1417494799,"description":"","dockerfile":"","full_description":"","is_official":false,"is_private":true,"is_trusted":true,"name":"front-end","namespace":"shop","owner":"shop","repo_name":"shop/front-end","repo_url":"https://registry.hub.docker.com/u/shop/front-end/","star_count":0,"status":"Active"}}"#,
            ["docker.io/shop/front-end"]
        ), (.dockerhub, #"{"repository":{"repo_name":"nginx"}}"#, ["docker.io/library/nginx"]),
        (
            .ghcr,
            #"{"action":"published","package":{"id":1,"name":"Front-End","namespace":"Shop","package_type":"CONTAINER","package_version":{"id":2,"version":"sha256:aa","container_metadata":{"tag":{"name":"1.4.1","digest":"sha256:aa"}},"package_url":"ghcr.io/Shop/Front-End:1.4.1"}},"sender":{"login":"ada"}}"#,
            ["ghcr.io/shop/front-end"]
        ),
        (
            .ghcr, #"{"action":"published","registry_package":{"name":"front-end","namespace":"shop","package_type":"CONTAINER","package_version":{"package_url":"ghcr.io/shop/front-end:"}}}"#,
            ["ghcr.io/shop/front-end"]
        ), (.ghcr, #"{"action":"updated","package":{"name":"front-end","namespace":"Shop","package_type":"container"}}"#, ["ghcr.io/shop/front-end"]),
        (
            .harbor,
            #"{"type":"PUSH_ARTIFACT","occur_at":1586922308,"operator":"admin","event_data":{"resources":[{"digest":"sha256:8a9e9863dbb6e10edb5adfe917c00da84e1700fa76e7ed02476aa6e6fb8ee0d8","tag":"1.4.1","resource_url":"hub.example.com:8443/shop/front-end:1.4.1"}],"repository":{"date_created":1586922308,"name":"front-end","namespace":"shop","repo_full_name":"shop/front-end","repo_type":"private"}}}"#,
            ["hub.example.com:8443/shop/front-end"]
        ),
        (
            .harbor,
            #"{"specversion":"1.0","id":"4b2f","source":"/projects/1/webhook/policies/1","type":"harbor.artifact.pushed","datacontenttype":"application/json","time":"2023-04-03T06:40:23Z","data":{"resources":[{"digest":"sha256:954b","tag":"latest","resource_url":"hub.example.com/shop/front-end@sha256:954b"}],"repository":{"repo_full_name":"shop/front-end"}},"operator":"robot"}"#,
            ["hub.example.com/shop/front-end"]
        ),
        (
            .quay,
            #"{"name":"front-end","repository":"shop/front-end","namespace":"shop","docker_url":"quay.io/shop/front-end","homepage":"https://quay.io/repository/shop/front-end","updated_tags":["1.4.1"]}"#,
            ["quay.io/shop/front-end"]
        ), (.quay, #"{"docker_url":"quay.io/shop/front-end","updated_tags":{"1.4.1":"b750fe79269d2ec9"}}"#, ["quay.io/shop/front-end"]),
        (
            .distribution,
            #"{"events":[{"id":"a","timestamp":"2016-03-09T14:44:26.402973972-08:00","action":"push","target":{"mediaType":"application/octet-stream","size":708,"digest":"sha256:fea8","repository":"shop/layers","url":"http://registry.example.com:5000/v2/shop/layers/blobs/sha256:fea8"},"request":{"id":"6df2","addr":"192.0.2.1:1","host":"registry.example.com:5000","method":"PUT","useragent":"docker"},"actor":{},"source":{"addr":"registry:5000","instanceID":"a5"}},{"id":"b","action":"push","target":{"mediaType":"application/vnd.docker.distribution.manifest.v2+json","digest":"sha256:fea8","repository":"shop/front-end","tag":"1.4.1"},"request":{"host":"registry.example.com:5000"}},{"id":"c","action":"pull","target":{"mediaType":"application/vnd.oci.image.manifest.v1+json","repository":"shop/pulled"},"request":{"host":"registry.example.com:5000"}},{"id":"d","action":"push","target":{"mediaType":"application/vnd.oci.image.index.v1+json","repository":"shop/orders","url":"https://other.example.com/v2/shop/orders/manifests/sha256:1"}}]}"#,
            ["other.example.com/shop/orders", "registry.example.com:5000/shop/front-end"]
        ),
    ]

    @Test(arguments: payloads) func repositories(_ provider: Provider, _ body: String, _ names: [String]) throws {
        let due = try names.map { try #require(ImageRepository($0)) }
        #expect(try genuine(provider, body) == .due(due))
    }

    static let others: [(Provider, String, String)] = [
        (.ghcr, #"{"action":"published","package":{"package_type":"npm","name":"a","namespace":"b"}}"#, "the package's type is \"npm\""),
        (.ghcr, #"{"action":"deleted","package":{"package_type":"CONTAINER","name":"a","namespace":"b"}}"#, "the action is \"deleted\""),
        (.ghcr, #"{"zen":"Keep it logically awesome."}"#, "it is about no package"),
        (.harbor, #"{"type":"PULL_ARTIFACT","event_data":{"resources":[{"resource_url":"h.example.com/a/b:1"}]}}"#, "the type is \"PULL_ARTIFACT\""),
        (.quay, #"{"docker_url":"quay.io/shop/front-end","build_id":"x"}"#, "it is about no push"), (.distribution, #"{"events":[]}"#, "there is no push of a manifest"),
        (.dockerhub, "{}", "it names no repository"), (.dockerhub, #"{"repository":{"repo_name":"../../etc"}}"#, "it names no repository"),
        (.dockerhub, #"{"repository":{"repo_name":7}}"#, "it names no repository"), (.dockerhub, #"{"repository":[]}"#, "it names no repository"),
    ]

    @Test(arguments: others) func aboutSomethingElse(_ provider: Provider, _ body: String, _ why: String) throws {
        #expect(try genuine(provider, body) == .ignored(why))
    }

    /// Whatever the body is, a genuine one is taken note of and nothing falls over.
    @Test(arguments: Provider.allCases) func hostileBodies(_ provider: Provider) throws {
        let deep = String(repeating: "[", count: 200_000)
        let deepMapping = String(repeating: #"{"repository":"#, count: 10_000)
        for body in ["", "null", "7", "\"x\"", "[]", "not JSON", deep, deepMapping, "payload=%7B%7D", "\u{0}", "{\"events\":{}}", "{\"package\":[]}"] {
            guard case .ignored = try genuine(provider, body) else {
                Issue.record("\(provider): \(body.prefix(20))")
                continue
            }
        }
        // Each field of a good body, of another kind.
        for (_, body, _) in Self.payloads.filter({ $0.0 == provider }) {
            for wrong in ["null", "[]", "{}", "0", "true", "[[]]", "\"\"", "1e999"] {
                var rest = body[...]
                while let colon = rest.firstIndex(of: ":") {
                    rest = rest[rest.index(after: colon)...]
                    let verdict = try genuine(provider, body[...colon] + wrong + "}")
                    #expect(verdict != .refused)
                }
            }
        }
    }

    @Test func manyEvents() throws {
        let event = { (index: Int) in #"{"action":"push","target":{"repository":"shop/a\#(index)","tag":"1"},"request":{"host":"r.example.com"}}"# }
        let body = #"{"events":["# + (0..<3_000).map(event).joined(separator: ",") + "]}"
        guard case .due(let repositories) = try genuine(.distribution, body) else {
            Issue.record("not due")
            return
        }
        #expect(repositories.count == RegistryWebhook.most)
    }

    @Test func eventsOfGitHub() throws {
        let body = Self.payloads.first { $0.0 == .ghcr }?.1 ?? ""
        for event in ["package", "registry_package"] {
            guard case .due = try genuine(.ghcr, body, [("X-GitHub-Event", event)]) else {
                Issue.record("\(event)")
                continue
            }
        }
        #expect(try genuine(.ghcr, body, [("X-GitHub-Event", "push")]) == .ignored("the event is \"push\""))
    }

    static let proofs: [(header: String?, token: String?, header_: Bool, query: Bool)] = [
        ("Bearer the secret", nil, true, true), ("bearer the secret", nil, true, true), ("the secret", nil, true, true),
        ("Basic bWFydGxldDp0aGUgc2VjcmV0", nil, true, true), (nil, "the secret", false, true), ("Bearer wrong", "the secret", false, true),
        (nil, nil, false, false), ("", "", false, false), ("Bearer ", nil, false, false), ("Bearer the secre", nil, false, false),
        ("Bearer the secret2", "the secret2", false, false), ("Digest the secret", nil, false, false), ("Basic dGhlIHNlY3JldA==", nil, false, false),
        ("Basic !!!", nil, false, false), ("Basic bWFydGxldDp3cm9uZw==", nil, false, false), (nil, "THE SECRET", false, false),
    ]

    /// The header is believed everywhere, the query only where the sender cannot send a header.
    @Test(arguments: proofs) func whoIsBelieved(_ header: String?, _ token: String?, _ byHeader: Bool, _ byQuery: Bool) throws {
        for (provider, isBelieved) in [(Provider.harbor, byHeader), (.distribution, byHeader), (.dockerhub, byQuery), (.quay, byQuery)] {
            let headers = try fields(header.map { [("Authorization", $0)] } ?? [])
            let verdict = RegistryWebhook.judge(provider, headers: headers, token: token, body: Array("{}".utf8), secret: secret)
            #expect((verdict != .refused) == isBelieved, "\(provider)")
            #expect(RegistryWebhook.judge(provider, headers: headers, token: token, body: [], secret: []) == .refused, "an empty secret is none")
        }
        let headers = try fields(header.map { [("Authorization", $0)] } ?? [])
        #expect(RegistryWebhook.judge(.ghcr, headers: headers, token: token, body: [], secret: secret) == .refused, "it must be signed")
    }

    @Test func signatures() throws {
        let body = Self.payloads.first { $0.0 == .ghcr }?.1 ?? ""
        for forged in ["", "sha256=", signature(body + " "), signature(body, Array("another".utf8)), String(signature(body).dropLast())] {
            let verdict = RegistryWebhook.judge(.ghcr, headers: try fields([("X-Hub-Signature-256", forged)]), token: "the secret", body: Array(body.utf8), secret: secret)
            #expect(verdict == .refused, "\(forged)")
        }
    }

    @Test func throughTheRouter() async throws {
        let stage = AutomationStage()
        let call = RouterCall(stage.daemon())
        let hub = Array(#"{"push_data":{"tag":"1"},"repository":{"repo_name":"shop/front-end"}}"#.utf8)
        let due = try await call("POST", "/webhooks/dockerhub?token=the%20secret", hub)
        #expect(due.status == 202 && due.text == "due\n")
        #expect(stage.due.withLock { $0 } == [[try #require(ImageRepository("shop/front-end"))]])
        let forged = try await call("POST", "/webhooks/dockerhub?token=guess", hub)
        #expect(forged.status == 401 && !forged.text.contains("the secret"))
        #expect(try await call("POST", "/webhooks/quay?token=the%20secret", Array("{}".utf8)).text.hasPrefix("ignored: "))
        let large = [UInt8](repeating: 32, count: (1 << 20) + 1)
        #expect(try await call("POST", "/webhooks/quay?token=the%20secret", large).status == 413)
        // As people paste it: a "+" of base 64 is one.
        let pasted = RouterCall(stage.daemon(secret: "a+b/c="))
        #expect(try await pasted("POST", "/webhooks/quay?token=a+b/c=", Array("{}".utf8)).text.hasPrefix("ignored: "))
        let off = try await RouterCall(stage.daemon(automation: .off("a tag is followed")))("POST", "/webhooks/dockerhub?token=the%20secret", hub)
        #expect(off.status == 202 && off.text == "ignored: image automation is off: a tag is followed\n")
        #expect(try await RouterCall(stage.daemon(secret: nil))("POST", "/webhooks/dockerhub?token=", hub).status == 403)
        #expect(stage.due.withLock { $0 }.count == 1)
    }
}
