import Basics
import HTTP
import Registry
import TestKit
import Testing

private let isWanted = Subprocess.environment["MARTLET_E2E"] != nil

/// The client against Debian's registry.
@Suite(.enabled(if: isWanted, "needs docker-registry; set MARTLET_E2E"), .timeLimit(.minutes(10))) struct DockerRegistryTests {
    static let built = Timestamp(milliseconds: 1_700_000_000_000)

    static let accesses: [DockerRegistry.Access] = [.open, .basic(user: "me", password: "secret"), .token(user: "me", password: "secret")]

    @Test(arguments: accesses) func listsAndInspects(_ access: DockerRegistry.Access) async throws {
        let registry = try await DockerRegistry(access)
        let repository = registry.repository("team/front-end")
        let client = RegistryClient(
            transport: CurlTransport(), settings: RegistryClient.Settings(insecure: registry.insecure), time: SystemTime(), random: RandomSource(seed: 1),
            store: try TagStore(path: nil))
        for (index, form) in RegistryImage.Form.allCases.enumerated() {
            let built = Timestamp(milliseconds: Self.built.milliseconds + Int64(index) * 86_400_000)
            let digest = try await registry.push("team/front-end", tag: "1.\(index)", createdAt: built, form: form)
            #expect(try await client.digest(of: repository, tag: "1.\(index)", credential: registry.credential) == digest)
            let details = try await client.details(of: repository, reference: "1.\(index)", credential: registry.credential)
            #expect(details.digest == digest)
            #expect(details.builtAt == built)
            #expect(details.platforms == (form == .index ? ["linux/amd64", "linux/arm64"] : ["linux/amd64"]))
        }
        try await registry.retag("team/front-end", from: "1.0", to: "2.0")
        #expect(try await client.tagNames(of: repository, credential: registry.credential).sorted() == ["1.0", "1.1", "1.2", "2.0"])
        let digest = try await client.digest(of: repository, tag: "2.0", credential: registry.credential)
        try await registry.delete("team/front-end", digest: digest)
        #expect(try await client.tagNames(of: repository, credential: registry.credential).sorted() == ["1.1", "1.2"])
        for (path, credential) in [("team/none", registry.credential), ("team/front-end", access == .open ? nil : .basic(user: "me", password: "wrong"))] {
            do throws(RegistryError) {
                let names = try await client.tagNames(of: registry.repository(path), credential: credential)
                #expect(access == .open && names.count == 2)
            } catch {
                #expect(error.kind == (credential == registry.credential ? .notFound : .authentication), "\(error)")
            }
        }
        await registry.stop()
    }
}
