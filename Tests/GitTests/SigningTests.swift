import Basics
import Git
import TestKit
import Testing

/// Signatures made here, judged by `ssh-keygen` and git.
@Suite(.enabled(if: Subprocess.find("ssh-keygen") != nil, "needs openssh-client")) struct SigningTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The arguments of `ssh-keygen` for each kind of key and format.
    static let kinds: [[String]] = [
        ["-t", "ed25519"], ["-t", "ecdsa", "-b", "256"], ["-t", "ecdsa", "-b", "384"], ["-t", "ecdsa", "-b", "521"], ["-t", "rsa", "-b", "2048"],
        ["-t", "rsa", "-b", "3072"], ["-t", "ecdsa", "-b", "256", "-m", "PEM"], ["-t", "ecdsa", "-b", "384", "-m", "PKCS8"],
        ["-t", "rsa", "-b", "2048", "-m", "PEM"], ["-t", "rsa", "-b", "2048", "-m", "PKCS8"],
    ]

    private func key(_ arguments: [String], passphrase: String = "", name: String = "key") async throws -> [UInt8] {
        let file = folder.file(name)
        try await Subprocess.check("ssh-keygen", ["-q", "-N", passphrase, "-C", "martlet signs", "-f", file] + arguments)
        return try TemporaryFolder.read(file)
    }

    private func publicLine(_ name: String = "key") throws -> String {
        String(decoding: try TemporaryFolder.read(folder.file("\(name).pub")), as: UTF8.self).filter { !$0.isNewline }
    }

    /// What git says of a commit, with one key allowed.
    private func judgment(_ commit: ObjectID, in repository: String, allowing line: String) async throws -> String {
        let allowed = try folder.write("allowed", "martlet@example.org \(line)\n".utf8)
        let result = try await Subprocess.run(
            "git", ["-c", "gpg.ssh.allowedSignersFile=\(allowed)", "log", "-1", "--show-signature", "--format=%G? %GS", commit.description],
            environment: TestRepository.environment, folder: repository)
        return result.text + result.errorText
    }

    @Test(arguments: kinds) func good(_ kind: [String]) async throws {
        let repository = try await TestRepository(in: folder)
        let one = try await repository.commit("one", ["a": "1"])
        let mirror = try await Mirror(path: folder.file("m"), remote: GitRemote(url: "file://\(repository.path)", allowedSchemes: ["file"]))
        _ = try await mirror.fetch(.branch("main"))
        let key = try SigningKey(openSSHPrivateKey: try await key(kind))
        let line = try publicLine()
        // PEM holds no comment.
        #expect(line == key.publicKeyLine || line == key.publicKeyLine + " martlet signs")
        let made = try await mirror.commit(
            ["a": [2]], on: one, message: "signed\n\nby us\n", author: CommitTests.person, committer: CommitTests.robot, signing: key)
        let signed = try #require(made)
        #expect(try await mirror.push(signed, to: "main", expecting: one) == .accepted)
        let said = try await judgment(signed, in: repository.path, allowing: key.publicKeyLine)
        #expect(said.contains("Good \"git\" signature for martlet@example.org") && said.contains("G martlet@example.org"), "\(said)")
        try await repository.git(["fsck", "--strict"])
        // Another key is not good.
        _ = try await self.key(["-t", "ed25519"], name: "other")
        #expect(!(try await judgment(signed, in: repository.path, allowing: publicLine("other"))).contains("G martlet"))
        // And what was signed cannot be changed.
        let forged = try await repository.git(["cat-file", "commit", signed.description])
        let id = try await Subprocess.check(
            "git", ["hash-object", "-w", "-t", "commit", "--stdin"], environment: TestRepository.environment, folder: repository.path,
            input: Array((forged.dropLast("by us\n".utf8.count) + "by them\n").utf8))
        let wrong = try #require(ObjectID(id.filter { !$0.isNewline }))
        #expect(try await judgment(wrong, in: repository.path, allowing: key.publicKeyLine).contains("\nB "))
    }

    @Test func ed25519PEM() async throws {
        let pem = try await Subprocess.check("openssl", ["genpkey", "-algorithm", "ed25519"])
        let key = try SigningKey(openSSHPrivateKey: Array(pem.utf8))
        #expect(key.publicKeyLine.hasPrefix("ssh-ed25519 AAAA"))
        #expect(try key.sign([1]).hasPrefix("-----BEGIN SSH SIGNATURE-----\n"))
    }

    @Test func unreadable() async throws {
        for arguments in [["-t", "ed25519"], ["-t", "rsa", "-b", "2048", "-m", "PEM"], ["-t", "ecdsa", "-m", "PKCS8"]] {
            let file = try await key(arguments, passphrase: "secret", name: "locked\(arguments.count)\(arguments.last ?? "")")
            let error = #expect(throws: GitError.self) { try SigningKey(openSSHPrivateKey: file) }
            #expect(error?.kind == .signingKey)
            #expect(error?.description.contains("passphrase") == true && error?.description.contains("ssh-keygen -p") == true, "\(String(describing: error))")
        }
        let good = try await key(["-t", "ed25519"])
        for (file, says) in [
            ([], "no line"), (Array("hello".utf8), "no line"), (try TemporaryFolder.read(folder.file("key.pub")), "public half"),
            (Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8), "CERTIFICATE"),
            (Array("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".utf8), "none of"),
            (Array("-----BEGIN OPENSSH PRIVATE KEY-----\nA*A\n-----END OPENSSH PRIVATE KEY-----\n".utf8), "base 64"),
            (Array("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n".utf8), "first bytes"),
            ([UInt8](repeating: 65, count: 1 << 20), "64 KiB"),
        ] as [([UInt8], String)] {
            let error = #expect(throws: GitError.self) { try SigningKey(openSSHPrivateKey: file) }
            #expect(error?.description.contains(says) == true, "\(String(describing: error))")
        }
        // Cut off or changed anywhere: an error or a key, never a trap.
        for end in good.indices { _ = try? SigningKey(openSSHPrivateKey: Array(good.prefix(end))) }
        for index in good.indices {
            var damaged = good
            damaged[index] = damaged[index] &+ 1
            _ = try? SigningKey(openSSHPrivateKey: damaged)
        }
    }

    @Test func noSecretInText() async throws {
        let key = try SigningKey(openSSHPrivateKey: try await key(["-t", "ed25519"]))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] { #expect(text.contains(key.publicKeyLine) && text.count < 200, "\(text)") }
    }
}
