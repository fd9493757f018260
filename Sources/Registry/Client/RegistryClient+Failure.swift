internal import Basics
internal import Document

extension RegistryClient {
    /// What an answer that is not the one asked for means.
    func failure(_ answer: Answer, _ repository: ImageRepository) -> RegistryError {
        let said = Self.said(answer.body)
        var error: RegistryError
        switch answer.status {
        case 401, 403:
            error = RegistryError(
                .authentication, "the registry does not let us read it (status \(answer.status)\(said))", place: repository.description,
                advice: "give credentials that may pull it")
        case 404:
            error = RegistryError(
                .notFound, "the registry does not know it (status 404\(said))", place: repository.description,
                advice: "check the name; some registries say this of what they do not show without credentials")
        case 500...:
            error = RegistryError(
                .unreachable, "the registry failed (status \(answer.status)\(said))", place: repository.description, advice: "see the registry's log")
        default:
            error = badAnswer("unexpected status \(answer.status)\(said)", repository)
        }
        error.status = answer.status
        return error
    }

    func badAnswer(_ message: String, _ repository: ImageRepository) -> RegistryError {
        RegistryError(.badAnswer, message, place: repository.description, advice: "see that \"\(repository.registry)\" is a registry of the OCI's protocol")
    }

    func notAName(_ text: String, _ repository: ImageRepository) -> RegistryError {
        RegistryError(.configuration, "\"\(printable(text))\" is not a name a registry can have", place: printable(repository.description), advice: "correct the image's name")
    }

    func cancelled(_ place: String) -> RegistryError { RegistryError(.cancelled, "cancelled", place: place, advice: "ask again") }

    func rateLimited(_ authority: String, place: String) -> RegistryError {
        let until = hosts[authority]?.budget.pausedUntil.map(wallClock)
        return RegistryError(
            .rateLimited(until: until), "\"\(authority)\" wants no more requests" + (until.map { " before \($0)" } ?? ""), place: place,
            advice: "use credentials with a higher limit, or scan less often")
    }

    /// The first error of an answer's body (OCI Distribution Specification, "Error Codes"), shortened.
    private static func said(_ body: [UInt8]) -> String {
        guard body.count <= 65_536, let errors = try? JSON.parse(body, maxDepth: 20), let first = errors["errors"]?[0] else { return "" }
        let words = [first["code"]?.string, first["message"]?.string].compactMap { $0 }.filter { !$0.isEmpty }
        return words.isEmpty ? "" : ": " + printable(words.joined(separator: ", "))
    }
}

/// A text from outside as a message may show it: short, without control characters.
func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(200).map { $0.value < 0x20 || (0x7f..<0xa0).contains($0.value) ? "?" : $0 }))
}

/// A URL without what may be a signature.
func withoutQuery(_ url: String) -> String { String(url.prefix { $0 != "?" }) }
