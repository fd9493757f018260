package import Basics
internal import Crypto
internal import Document
internal import FoundationEssentials
internal import HTTP
package import Registry

/// Debian's `docker-registry` on a loopback port, everything it keeps in a temporary folder.
package final class DockerRegistry: Sendable {
    package enum Access: Sendable, Hashable {
        case open
        /// A file of names with bcrypt hashes.
        case basic(user: String, password: String)
        /// A token service, which this starts too.
        case token(user: String, password: String)
    }

    /// Who is told of each push (distribution.github.io, "Work with notifications").
    package struct Listener: Sendable {
        package var url: String
        /// The value of its `Authorization` header.
        package var authorization: String

        package init(url: String, authorization: String) { (self.url, self.authorization) = (url, authorization) }
    }

    package let port: Int
    private let access: Access
    private let folder: TemporaryFolder
    private let process: RunningProcess
    private let tokens: RegistryTokenService?
    private let transport = CurlTransport()

    package init(_ access: Access = .open, telling listener: Listener? = nil) async throws {
        self.access = access
        folder = try TemporaryFolder("martlet-registry")
        port = try SSHGitServer.freePort()
        var settings: Value = [
            "version": "0.1", "log": ["level": "info"],
            "storage": ["filesystem": ["rootdirectory": .string(folder.file("data"))], "delete": ["enabled": true]],
            "http": ["addr": "127.0.0.1:\(port)", "secret": "for tests"],
        ]
        if let listener {
            settings["notifications"] = [
                "endpoints": [
                    [
                        "name": "listener", "url": .string(listener.url), "headers": ["Authorization": [.string(listener.authorization)]],
                        "timeout": "2s", "threshold": 5, "backoff": "1s",
                    ]
                ]
            ]
        }
        switch access {
        case .open: tokens = nil
        case .basic(let user, let password):
            tokens = nil
            // Perl's crypt is that of the C library, which knows bcrypt.
            let hash = try await Subprocess.check("perl", ["-e", "print crypt($ARGV[0], $ARGV[1])", password, "$2y$05$abcdefghijklmnopqrstuu"])
            try folder.write("htpasswd", "\(user):\(hash)\n".utf8)
            settings["auth"] = ["htpasswd": ["realm": "tests", "path": .string(folder.file("htpasswd"))]]
        case .token(let user, let password):
            let service = try await RegistryTokenService(user: user, password: password)
            tokens = service
            try folder.write("ca.pem", service.certificates.ca)
            settings["auth"] = [
                "token": [
                    "realm": .string("\(service.url)/token"), "service": .string(RegistryTokenService.service),
                    "issuer": .string(RegistryTokenService.issuer), "rootcertbundle": .string(folder.file("ca.pem")),
                ]
            ]
        }
        // JSON is YAML.
        try folder.write("config.yml", JSON.write(settings))
        process = try RunningProcess(
            "docker-registry", ["serve", folder.file("config.yml")], output: folder.file("out"), errors: folder.file("log"))
        for _ in 0..<2400 {
            if (try? await transport.send(HTTPRequest("GET", "http://127.0.0.1:\(port)/v2/"))) != nil { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw SubprocessError("docker-registry does not start: \(log)")
    }

    package var host: String { "127.0.0.1:\(port)" }
    /// The hosts to name among the insecure ones: its own and its token service's.
    package var insecure: Set<String> { Set([host] + (tokens.map { [$0.host] } ?? [])) }
    package var log: String { (try? String(decoding: TemporaryFolder.read(folder.file("log")), as: UTF8.self)) ?? "" }
    package func repository(_ path: String) -> ImageRepository { ImageRepository(registry: host, path: path) }

    package var credential: RegistryCredential? {
        switch access {
        case .open: nil
        case .basic(let user, let password), .token(let user, let password): .basic(user: user, password: password)
        }
    }

    package func stop() async {
        await process.end()
        await tokens?.stop()
    }

    /// Uploads a tiny image through the registry's API.
    ///
    /// - Returns: its digest.
    @discardableResult
    package func push(_ path: String, tag: String, createdAt: Timestamp, form: RegistryImage.Form = .docker) async throws -> String {
        let image = RegistryImage(createdAt: createdAt, form: form, mark: "\(path):\(tag) \(createdAt)")
        for blob in image.blobs {
            let begun = try await request("POST", "http://\(host)/v2/\(path)/blobs/uploads/", path, body: [], expecting: 202)
            guard let location = begun.headers["Location"] else { throw SubprocessError("the registry says no place for an upload") }
            let url = location + (location.contains("?") ? "&" : "?") + "digest=\(blob.digest)"
            _ = try await request("PUT", url, path, body: blob.bytes, type: "application/octet-stream", expecting: 201)
        }
        for manifest in image.manifests {
            let name = manifest.digest == image.digest ? tag : manifest.digest
            _ = try await request("PUT", "http://\(host)/v2/\(path)/manifests/\(name)", path, body: manifest.bytes, type: manifest.mediaType, expecting: 201)
        }
        return image.digest
    }

    /// Another tag for the same image.
    package func retag(_ path: String, from tag: String, to new: String) async throws {
        let url = "http://\(host)/v2/\(path)/manifests/"
        let answer = try await request("GET", url + tag, path, expecting: 200)
        let bytes = try await answer.body.collect(limit: 1 << 20)
        _ = try await request("PUT", url + new, path, body: bytes, type: answer.headers["Content-Type"], expecting: 201)
    }

    /// Removes an image and all its tags.
    package func delete(_ path: String, digest: String) async throws {
        _ = try await request("DELETE", "http://\(host)/v2/\(path)/manifests/\(digest)", path, expecting: 202)
    }

    private func request(
        _ method: String, _ url: String, _ path: String, body: [UInt8]? = nil, type: String? = nil, expecting status: Int
    ) async throws -> HTTPResponse {
        var request = HTTPRequest(method, url, body: body)
        request.headers["Content-Type"] = type
        request.headers["Accept"] =
            "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
        switch access {
        case .open: break
        case .basic(let user, let password): request.headers["Authorization"] = "Basic " + Base64.encode(Array("\(user):\(password)".utf8))
        case .token: request.headers["Authorization"] = try tokens.map { "Bearer " + (try $0.token(path, ["pull", "push", "delete"])) }
        }
        let answer = try await transport.send(request)
        guard answer.status == status else {
            let text = try await String(decoding: answer.body.collect(limit: 1 << 20), as: UTF8.self)
            throw SubprocessError("\(method) \(url): status \(answer.status): \(text)")
        }
        return answer
    }
}
