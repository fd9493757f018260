import Git
import HTTP
import TestKit
import Testing

@Suite struct RemoteTests {
    @Test(arguments: [
        ("https://example.org/a/b.git/", "https://example.org/a/b.git"),
        ("https://user:secret@example.org:8443/a", "https://example.org:8443/a"),
        ("git@example.org:a/b.git", "ssh://git@example.org/a/b.git"),
        ("example.org:a/b.git", "ssh://git@example.org/a/b.git"),
        ("ssh://me@example.org:2222/a", "ssh://me@example.org:2222/a"),
        ("ssh://example.org/~me/a", "ssh://git@example.org/~me/a"),
        ("ssh://git@[::1]/a", "ssh://git@[::1]/a"),
    ])
    func shown(url: String, text: String) { #expect("\(GitRemote(url: url))" == text) }

    @Test(arguments: [
        "", "-oProxyCommand=x", "ext::sh -c id", "fd::3", "file:///etc", "/etc", "http://example.org/a", "ftp://example.org/a",
        "git://example.org/a", "ssh://-oProxyCommand=x/a", "ssh://-l@host/a", "-x@host:a", "host:-a", "git@-host:a", "ssh://host", "https:///a",
        "https://host/a\nb", "https://host/a?b=c", "git@host:", "javascript:alert(1)//",
    ])
    func refused(url: String) async throws {
        let folder = try TemporaryFolder()
        await #expect("\(url)") { try await Mirror(path: folder.file("m"), remote: GitRemote(url: url, allowedSchemes: ["https"])) } throws: { error in
            (error as? GitError)?.kind == .scheme
        }
    }

    @Test func nothingShowsCredentials() {
        let remote = GitRemote(url: "https://user:hunter2@example.org/a", credentials: .basic(user: "me", password: "hunter2"))
        for text in ["\(remote)", "\(remote.credentials)", String(reflecting: remote.credentials)] { #expect(!text.contains("hunter2")) }
        var dumped = ""
        dump(GitCredentials.sshKey(privatePEM: Array("hunter2".utf8), passphrase: "hunter2"), to: &dumped)
        #expect(!dumped.contains("hunter2"))
    }

    @Test func objectIDs() throws {
        let id = try #require(ObjectID("0123456789abcdefABCD0123456789abcdefabcd"))
        #expect("\(id)" == "0123456789abcdefabcd0123456789abcdefabcd")
        #expect(id.short == "0123456")
        #expect("\(Revision(reference: "main", commit: id))" == "main@0123456")
        for text in ["", "0123", String(repeating: "g", count: 40), String(repeating: "0", count: 41)] { #expect(ObjectID(text) == nil) }
    }
}
