internal import Basics
internal import HTTP

extension RegistryClient {
    /// An answer with its whole body.
    struct Answer {
        var status: Int
        var headers: HTTPHeaders
        var body: [UInt8]
    }

    /// Docker Hub's API is on another host than its name says.
    static func authority(of registry: String) -> String { registry == ImageRepository.dockerHub ? "registry-1.docker.io" : registry }

    func address(of repository: ImageRepository, _ rest: String) throws(RegistryError) -> RegistryAddress {
        guard ImageRepository(repository.description) == repository else { throw notAName(repository.path, repository) }
        return home(of: repository.registry, "/v2/\(repository.path)/\(rest)")
    }

    /// Plain HTTP only where the operator names the registry as images do.
    func home(of registry: String, _ target: String) -> RegistryAddress {
        let authority = Self.authority(of: registry)
        return RegistryAddress(scheme: settings.insecure.contains(authority) ? "http" : "https", authority: authority, target: target)
    }

    /// A request to a registry: authenticated, with redirects followed.
    func fetch(
        _ method: String, _ address: RegistryAddress, headers: HTTPHeaders, repository: ImageRepository, credential: RegistryCredential?,
        limit: Int
    ) async throws(RegistryError) -> Answer {
        var current = address
        for _ in 0...Limit.redirects {
            let answer: Answer
            if current.hasSameOrigin(as: address) {
                answer = try await authenticated(method, current, headers: headers, repository: repository, credential: credential, limit: limit)
            } else {
                answer = try await exchange(HTTPRequest(method, current.url, headers: headers), at: current, place: repository.description, limit: limit)
            }
            guard [301, 302, 303, 307, 308].contains(answer.status), let location = answer.headers["Location"] else { return answer }
            guard let next = current.resolve(location), isAllowed(next) else {
                throw badAnswer("it redirects to \"\(printable(withoutQuery(location)))\", where nothing may be asked", repository)
            }
            current = next
        }
        throw badAnswer("it redirects more than \(Limit.redirects) times", repository)
    }

    func isAllowed(_ address: RegistryAddress) -> Bool {
        if address.scheme == "https" { return true }
        guard address.scheme == "http" else { return false }
        return settings.insecure.contains { address.hasSameOrigin(as: RegistryAddress(scheme: "http", authority: $0, target: "/")) }
    }

    /// One request to one host, within its budget.
    func exchange(_ request: HTTPRequest, at address: RegistryAddress, place: String, limit: Int) async throws(RegistryError) -> Answer {
        var request = request
        request.timeout = settings.timeout
        request.headers["User-Agent"] = settings.userAgent
        let line = host(address.authority).line
        guard await line.enter() else { throw cancelled(place) }
        defer { line.leave() }
        var tries = 1
        while true {
            try await admission(address.authority, place: place)
            let answer = try await transmit(request, at: address, place: place, limit: limit)
            guard answer.status == 429 || answer.status == 503 else {
                hosts[address.authority]?.budget.succeeded()
                return answer
            }
            let length = RetryAfter.parse(answer.headers["Retry-After"], now: time.now)
            hosts[address.authority]?.budget.pause(for: length, at: time.elapsed, random: random)
            guard tries < Limit.tries else { throw rateLimited(address.authority, place: place) }
            tries += 1
        }
    }

    /// Waits until the host may be asked.
    private func admission(_ authority: String, place: String) async throws(RegistryError) {
        while true {
            switch hosts[authority]?.budget.admit(at: time.elapsed) ?? .go {
            case .go: return
            case .refused: throw rateLimited(authority, place: place)
            case .wait(let duration):
                do { try await time.sleep(for: duration) } catch { throw cancelled(place) }
            }
        }
    }

    private func transmit(_ request: HTTPRequest, at address: RegistryAddress, place: String, limit: Int) async throws(RegistryError) -> Answer {
        do throws(HTTPError) {
            let response = try await transport.send(request)
            let body = request.method == "HEAD" ? [] : try await response.body.collect(limit: limit)
            return Answer(status: response.status, headers: response.headers, body: body)
        } catch {
            switch error {
            case .cancelled: throw cancelled(place)
            case .tooLarge(let limit):
                throw RegistryError(
                    .tooLarge, "an answer of \"\(address.authority)\" is over \(limit) bytes", place: place, advice: "see what the registry sends there")
            case .certificate:
                throw RegistryError(
                    .unreachable, "\"\(address.authority)\": \(error)", place: place, advice: "trust the authority that signed the registry's certificate")
            case .address, .connection, .timeout:
                throw RegistryError(
                    .unreachable, "\"\(address.authority)\" does not answer: \(error)", place: place, advice: "see that the registry can be reached from here")
            }
        }
    }

    private func host(_ authority: String) -> Host {
        if let host = hosts[authority] { return host }
        let new = Host(
            budget: HostBudget(perSecond: settings.requestsPerSecond, burst: settings.burst, longestPause: settings.longestPause),
            line: WaitingLine(places: settings.requestsAtOnce))
        // Redirects may name any number of hosts; those that are paused are remembered.
        if hosts.count >= 1000 { hosts = hosts.filter { $0.value.budget.isPaused(at: time.elapsed) } }
        hosts[authority] = new
        return new
    }

    func wallClock(_ elapsed: Duration) -> Timestamp {
        let (seconds, attoseconds) = (elapsed - time.elapsed).components
        return Timestamp(milliseconds: time.now.milliseconds &+ seconds &* 1000 &+ attoseconds / 1_000_000_000_000_000)
    }
}
