import Automation
import Basics
import Git
import Kubernetes
import Testing

@testable import History

@Suite struct EventCauseTests {
    private static let web = ObjectKey(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
    private static let person = "Fix it\n\nBecause."
    private static let bump = "Release shop/web\n\nMartlet-Workload: deployment.apps/web -n shop\nMartlet-Policy: semver:~1\n"
    private static let other = "Release shop/api\n\nMartlet-Workload: deployment.apps/api -n shop\n"
    private static let asked = "Release shop/web\n\nMartlet-Workload: deployment.apps/web -n shop\nRequested-by: Ada <ada@x.org>\n"

    static let cases: [([String], ObjectKey?, String)] = [
        ([], web, "nothing"), ([person], web, "commit by c0 <c0@x.org>"), ([bump], web, "automation by c0 <c0@x.org>"),
        ([asked], web, "command by Ada <ada@x.org>"), ([other, person], web, "commit by c1 <c1@x.org>"), ([other], web, "automation by c0 <c0@x.org>"),
        ([bump, person], web, "automation by c0 <c0@x.org>"), ([person, bump], web, "commit by c0 <c0@x.org>"), ([other, asked], web, "command by Ada <ada@x.org>"),
        ([other], nil, "automation by c0 <c0@x.org>"),
        // Said in the text, and not as a trailer.
        (["Fix\n\nMartlet-Workload: deployment.apps/web -n shop\n\nthe end of it"], web, "commit by c0 <c0@x.org>"),
    ]

    @Test(arguments: cases) func whoIsBehindIt(messages: [String], workload: ObjectKey?, expected: String) throws {
        let id = try #require(ObjectID(String(repeating: "a", count: 40)))
        let commits = messages.enumerated().map { index, message in
            let author = Commit.Signature(name: "c\(index)", email: "c\(index)@x.org", time: Timestamp(milliseconds: 0))
            return Commit(id: id, parents: [], author: author, committer: author, message: message)
        }
        let cause = DeployEvent.Cause.behind(commits, of: workload)
        let told = cause.map { "\($0.kind.rawValue) by \($0.by)" } ?? "nothing"
        #expect(told == expected)
    }
}
