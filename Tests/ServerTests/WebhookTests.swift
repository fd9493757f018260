import Crypto
import HTTPTypes
import Server
import Testing

/// Who is believed, and what a genuine notification is about.
@Suite struct WebhookTests {
    private static let secret = Array("the secret".utf8)
    private static let main = #"{"ref":"refs/heads/main"}"#

    private static func signature(_ body: String, _ secret: [UInt8] = secret) -> String {
        HMAC<SHA256>.authenticationCode(for: Array(body.utf8), using: SymmetricKey(data: secret))
            .map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }

    private func judge(
        _ provider: Webhook.Provider, _ headers: [String: String], _ body: String, secret: [UInt8] = secret, branch: String? = "main"
    ) throws -> Webhook.Verdict {
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        return Webhook.judge(provider, headers: fields, body: Array(body.utf8), secret: secret, branch: branch)
    }

    @Test(arguments: [(Webhook.Provider.generic, "X-Martlet-Signature"), (.github, "X-Hub-Signature-256")])
    func signatures(_ provider: Webhook.Provider, _ header: String) throws {
        let good = Self.signature(Self.main)
        #expect(try judge(provider, [header: "sha256=\(good)"], Self.main) == .due)
        #expect(try judge(provider, [header: "sha256=\(good.uppercased())"], Self.main) == .due)
        for forged in [
            "", "sha256=", good, "sha1=\(good)", "sha256=\(good.dropLast())", "sha256=\(good.dropLast(2))", "sha256=\(good)00", "sha256=\(good.dropLast())g",
            "sha256=" + Self.signature(Self.main + " "), "sha256=" + Self.signature(Self.main, Array("another".utf8)), "sha256=ｆ\(good.dropFirst())",
        ] { #expect(try judge(provider, [header: forged], Self.main) == .refused, "\(forged)") }
        #expect(try judge(provider, [:], Self.main) == .refused, "no signature")
        #expect(try judge(provider, ["X-Gitlab-Token": "the secret"], Self.main) == .refused, "the signature of another host")
        // An empty secret is no secret.
        #expect(try judge(provider, [header: "sha256=" + Self.signature(Self.main, [0])], Self.main, secret: []) == .refused)
    }

    @Test func gitlabTokens() throws {
        #expect(try judge(.gitlab, ["X-Gitlab-Token": "the secret"], Self.main) == .due)
        for forged in ["", "the secre", "the secret ", "THE SECRET"] {
            #expect(try judge(.gitlab, ["X-Gitlab-Token": forged], Self.main) == .refused || forged.hasSuffix(" "))
        }
        #expect(try judge(.gitlab, [:], Self.main) == .refused)
        #expect(try judge(.gitlab, ["X-Gitlab-Token": ""], Self.main, secret: []) == .refused)
    }

    @Test(arguments: [
        (Webhook.Provider.github, "X-GitHub-Event", "push", true), (.github, "X-GitHub-Event", "ping", false), (.github, "X-GitHub-Event", "issues", false),
        (.github, "X-Gitea-Event", "push", true), (.github, "X-Gitea-Event", "release", false),
        (.gitlab, "X-Gitlab-Event", "Push Hook", true), (.gitlab, "X-Gitlab-Event", "Tag Push Hook", true), (.gitlab, "X-Gitlab-Event", "Note Hook", false),
    ]) func events(_ provider: Webhook.Provider, _ header: String, _ event: String, _ isDue: Bool) throws {
        let verdict = try judge(
            provider, ["X-Hub-Signature-256": "sha256=" + Self.signature(Self.main), "X-Gitlab-Token": "the secret", header: event], Self.main)
        #expect(verdict == (isDue ? .due : .ignored("the event is \"\(event)\"")))
    }

    @Test(arguments: [
        (#"{"ref":"refs/heads/main"}"#, "main", true), (#"{"ref":"refs/heads/other"}"#, "main", false), (#"{"ref":"refs/heads/main2"}"#, "main", false),
        (#"{"ref":"refs/tags/v1"}"#, "main", true), (#"{"ref":"refs/heads/other"}"#, nil, true), (#"{"ref":7}"#, "main", true), ("", "main", true),
        ("not JSON", "main", true), ("payload=%7B%7D", "main", true), ("[[[[", "main", true),
    ] as [(String, String?, Bool)]) func branches(_ body: String, _ branch: String?, _ isDue: Bool) throws {
        let verdict = try judge(.generic, ["X-Martlet-Signature": "sha256=" + Self.signature(body)], body, branch: branch)
        if isDue {
            #expect(verdict == .due)
        } else if case .ignored(let why) = verdict {
            #expect(why.contains("refs/heads/"))
        } else {
            Issue.record("\(verdict)")
        }
    }
}
