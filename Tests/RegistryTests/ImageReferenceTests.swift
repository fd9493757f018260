import Registry
import Testing

@Suite struct ImageReferenceTests {
    static let digest = "sha256:" + String(repeating: "0a", count: 32)

    struct Good: Sendable, CustomTestStringConvertible {
        var text: String
        var name: String
        var tag: String?
        var digest: String?
        var repository: String
        var testDescription: String { text }
    }

    static let good: [Good] = [
        Good(text: "nginx", name: "nginx", repository: "docker.io/library/nginx"),
        Good(text: "nginx:1.25", name: "nginx", tag: "1.25", repository: "docker.io/library/nginx"),
        Good(text: "docker.io/nginx", name: "docker.io/nginx", repository: "docker.io/library/nginx"),
        Good(text: "index.docker.io/nginx", name: "index.docker.io/nginx", repository: "docker.io/library/nginx"),
        Good(text: "library/nginx", name: "library/nginx", repository: "docker.io/library/nginx"),
        Good(text: "bitnami/redis:7", name: "bitnami/redis", tag: "7", repository: "docker.io/bitnami/redis"),
        Good(text: "localhost/a", name: "localhost/a", repository: "localhost/a"),
        Good(text: "localhost:5000/a/b", name: "localhost:5000/a/b", repository: "localhost:5000/a/b"),
        Good(text: "localhost:5000", name: "localhost", tag: "5000", repository: "docker.io/library/localhost"),
        Good(text: "127.0.0.1:5000/a:x", name: "127.0.0.1:5000/a", tag: "x", repository: "127.0.0.1:5000/a"),
        Good(text: "[fd00:1:2::3]:7505/a:1", name: "[fd00:1:2::3]:7505/a", tag: "1", repository: "[fd00:1:2::3]:7505/a"),
        Good(text: "Example.COM/a:Tag", name: "Example.COM/a", tag: "Tag", repository: "example.com/a"),
        Good(text: "ghcr.io/a/b:1@\(digest)", name: "ghcr.io/a/b", tag: "1", digest: digest, repository: "ghcr.io/a/b"),
        Good(text: "a@\(digest)", name: "a", digest: digest, repository: "docker.io/library/a"),
        Good(text: "xn--n3h.com/a", name: "xn--n3h.com/a", repository: "xn--n3h.com/a"),
        Good(text: "a/foo__bar---baz.x_y", name: "a/foo__bar---baz.x_y", repository: "docker.io/a/foo__bar---baz.x_y"),
        Good(text: "a:_.-", name: "a", tag: "_.-", repository: "docker.io/library/a"),
        Good(text: "a:" + String(repeating: "t", count: 128), name: "a", tag: String(repeating: "t", count: 128), repository: "docker.io/library/a"),
        Good(
            text: "a/" + String(repeating: "b", count: 253), name: "a/" + String(repeating: "b", count: 253),
            repository: "docker.io/a/" + String(repeating: "b", count: 253)),
    ]

    @Test(arguments: good) func reads(_ example: Good) throws {
        let reference = try #require(ImageReference(example.text))
        #expect(reference.name == example.name)
        #expect(reference.tag == example.tag)
        #expect(reference.digest == example.digest)
        #expect(reference.repository.description == example.repository)
        #expect(reference.description == example.text)
        #expect(ImageRepository(example.repository) == reference.repository, "canonical names are their own canonical form")
    }

    static let bad: [String] = [
        "", ":", "@", ":1", "/a", "a/", "a//b", "a:", "a@", "a:1@", "a b", " a", "a ", "a\n", "A", "a/B", "Foo/bar", "docker.io/Foo", "a..b", "a___b",
        "a_-b", "a.-b", "-a", "a-", ".a", "a.", "_a", "a/_b", "https://a.b/c", "a:.x", "a:-x", "a:x/y:z w", "a:ü", "ü", "a@sha256:ab", "a@md5:" + "00",
        "a@sha256:" + String(repeating: "0A", count: 32), "a@sha256:" + String(repeating: "0a", count: 33), "a@\(digest)@\(digest)",
        "a:" + String(repeating: "t", count: 129), "a/" + String(repeating: "b", count: 254), String(repeating: "a", count: 64),
        String(repeating: "b", count: 249), "a.b:/c", "a.b:x/c", "a.b:99999/c", "a.b:0/c", "-a.b/c", "a-.b/c", "a..b/c", "[::1/c", "[]/c", "[::1]x/c",
        "[g::1]:5/c", "[fd00::3]:75050/a", "a.b:5:6/c", "localhost:5000/", "${IMAGE}", "{{ .Values.image }}", "a\u{0}",
    ]

    @Test(arguments: bad) func refuses(_ text: String) {
        #expect(ImageReference(text) == nil)
    }

    @Test func repositoriesHaveNoTag() {
        #expect(ImageRepository("nginx:1") == nil)
        #expect(ImageRepository("nginx@\(Self.digest)") == nil)
        #expect(ImageRepository(registry: "b.c", path: "a") < ImageRepository(registry: "b.c", path: "b"))
    }
}
