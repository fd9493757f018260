package import Basics
package import HTTP

/// Asks registries over the OCI Distribution API.
///
/// One budget per host: so many requests at once and per second. 429 and 503
/// pause the whole host for as long as it says, else for doubling times with
/// jitter. Requests wait for a pause of up to a minute (`Settings.longestPause`)
/// and try again, three times in all; during a longer one they fail at once with
/// `RegistryError.Kind.rateLimited(until:)`. All other failures are the caller's
/// to try again: nothing of a list that failed is handed out.
///
/// HTTPS only, except for the hosts of `Settings.insecure`. Credentials go to the
/// registry and to the token service it names, and never along a redirect or a
/// link to another host.
package actor RegistryClient {
    let transport: any HTTPTransport
    package nonisolated let settings: Settings
    let time: any TimeSource
    let random: RandomSource
    let store: TagStore

    var hosts: [String: Host] = [:]
    var tokens: [TokenKey: AccessToken] = [:]
    /// How a host wanted to be authenticated the last time, so that the next repository costs one request less.
    var schemes: [String: AuthenticationScheme] = [:]

    struct Host {
        var budget: HostBudget
        let line: WaitingLine
    }

    /// - Parameter store: what is known from earlier: validators of tag pages, details of images.
    package init(
        transport: any HTTPTransport, settings: Settings = Settings(), time: any TimeSource, random: RandomSource, store: TagStore
    ) {
        (self.transport, self.settings, self.time, self.random, self.store) = (transport, settings, time, random, store)
    }

    /// Until when a registry wants to be left alone; nil where it may be asked.
    package func pausedUntil(_ registry: String) -> Timestamp? {
        guard let until = hosts[home(of: registry, "/").authority]?.budget.pausedUntil, until > time.elapsed else { return nil }
        return wallClock(until)
    }

    /// All tags of a repository, each once, in the registry's order: the whole list or an error.
    ///
    /// An empty list is one that the registry wrote as `[]`.
    package func tagNames(of repository: ImageRepository, credential: RegistryCredential?) async throws(RegistryError) -> [String] {
        let home = try address(of: repository, "tags/list")
        var names = TagNames(limit: settings.tagLimit)
        var visited: Set<String> = []
        var page = home
        page.target += "?n=\(Limit.tagsPerPage)"
        while true {
            guard visited.insert(page.url).inserted, visited.count <= Limit.pages else {
                throw badAnswer("its tag list never ends", repository)
            }
            let answer: TagPage
            do throws(RegistryError) {
                answer = try await tagPage(page, of: repository, credential: credential)
            } catch {
                // Some refuse any number of tags per page but their own.
                guard visited.count == 1, page != home, error.kind == .badAnswer, error.status == 400 else { throw error }
                page = home
                continue
            }
            guard names.add(answer.names) else {
                throw RegistryError(
                    .tooLarge, "it has more than \(settings.tagLimit) tags", place: repository.description,
                    advice: "delete old tags, or raise the limit")
            }
            guard let link = answer.next else { break }
            guard let next = page.nextPage(link) else {
                throw badAnswer("the next page of its tag list is on another host, at \"\(printable(link))\"", repository)
            }
            page = next
        }
        await store.dropPages(of: repository, except: visited)
        return names.names
    }

    private func tagPage(
        _ page: RegistryAddress, of repository: ImageRepository, credential: RegistryCredential?
    ) async throws(RegistryError) -> TagPage {
        let known = await store.page(page.url)
        var headers: HTTPHeaders = ["Accept": "application/json"]
        if let known { known.validator.fill(&headers) }
        let answer = try await fetch("GET", page, headers: headers, repository: repository, credential: credential, limit: Limit.tagPage)
        if answer.status == 304, let known { return known.page }
        guard answer.status == 200 else { throw failure(answer, repository) }
        let names: [String]
        do throws(TagPage.Problem) {
            names = try TagPage.names(answer.body)
        } catch {
            throw badAnswer(error.text, repository)
        }
        let read = TagPage(names: names, next: LinkField.next(answer.headers.values("Link")))
        if let validator = PageValidator(answer.headers, now: time.now) {
            await store.save(KnownPage(page: read, validator: validator), url: page.url, repository: repository)
        }
        return read
    }

    /// The digest a tag stands for now; of several platforms that of their index.
    package func digest(of repository: ImageRepository, tag: String, credential: RegistryCredential?) async throws(RegistryError) -> String {
        guard ImageReference.isTag(tag) else { throw notAName(tag, repository) }
        let address = try address(of: repository, "manifests/\(tag)")
        let headers: HTTPHeaders = ["Accept": ImageManifest.accepted]
        let head = try await fetch("HEAD", address, headers: headers, repository: repository, credential: credential, limit: 0)
        if head.status == 200, let digest = head.headers["Docker-Content-Digest"], ImageReference.isDigest(digest) { return digest }
        // A few know no HEAD, or answer it without the digest.
        guard head.status == 200 || head.status == 405 || head.status == 501 else { throw failure(head, repository) }
        let answer = try await fetch("GET", address, headers: headers, repository: repository, credential: credential, limit: Limit.manifest)
        guard answer.status == 200 else { throw failure(answer, repository) }
        if let digest = answer.headers["Docker-Content-Digest"], ImageReference.isDigest(digest) { return digest }
        guard ImageManifest.parse(answer.body) != nil else { throw badAnswer("the manifest of \"\(tag)\" is none", repository) }
        return ContentDigest.sha256(answer.body)
    }
}
