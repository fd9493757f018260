/// A conversation with `git-receive-pack` (`pack-protocol.txt`, "Pushing Data To a Server").
///
/// Not libgit2's push: that tells neither what the server said in words nor whether the pack had begun to be sent
/// when a conversation broke off, and both decide what happens next.
struct PushConnection {
    private let session: FetchSession
    private let stream: any SmartStream
    let advertisement: PushAdvertisement

    /// What the server answered to a push.
    struct Answer: Sendable, Hashable {
        var report: PushReport
        /// Its own words and those of its hooks, in one line.
        var words: String
    }

    /// More than this is no list of references.
    private static let maxAdvertisement = 256 << 20
    private static let maxWords = 16 << 10
    private static let maxReport = 1 << 20
    /// Hooks that run after the push may go on for so long before we hang up.
    private static let patience = Duration.seconds(10)

    /// Connects and reads where the server's references are.
    init(_ session: FetchSession) throws(GitError) {
        self.session = session
        guard session.mayGoOn() else { throw Self.brokenOff(session) }
        switch session.address {
        case .http: stream = HTTPStream(session: session, service: .receivePack, action: .advertise)
        case .ssh:
            guard let ssh = SSHStream(session: session, service: .receivePack) else { throw Self.brokenOff(session) }
            stream = ssh
        case .file: throw Self.brokenOff(session)
        }
        var reader = PacketReader(stream)
        advertisement = try Self.advertisement(&reader, session)
        guard advertisement.capabilities.contains("report-status") else {
            throw GitError(.other, "the server does not report what becomes of a push", place: session.place, advice: "use a server that does, as git's own")
        }
        if advertisement.capabilities.contains("object-format=sha256") {
            throw GitError(.other, "the repository names its objects by SHA-256", place: session.place, advice: "use a repository with SHA-1, git's default")
        }
    }

    private static func advertisement(_ reader: inout PacketReader, _ session: FetchSession) throws(GitError) -> PushAdvertisement {
        var found = PushAdvertisement()
        var size = 0
        var isFirst = true
        while true {
            guard let packet = reader.next() else { throw brokenOff(session) }
            switch packet {
            case .data(let line):
                size += line.count
                guard size <= maxAdvertisement else {
                    throw GitError(.tooLarge, "the list of references is over \(maxAdvertisement) bytes", place: session.place, advice: "check the address")
                }
                if line.starts(with: "ERR ".utf8) {
                    throw GitError(
                        .notFound, "the server says: \(oneLine(line.dropFirst(4).prefix(2000)))", place: session.place,
                        advice: "check the path, and that these credentials may write to the repository")
                }
                if line.starts(with: "# service=".utf8) { continue }
                isFirst = false
                guard found.add(line) else { throw brokenOff(session) }
            // Over HTTP one follows the name of the service.
            case .flush:
                if isFirst, case .http = session.address {
                    isFirst = false
                    continue
                }
                return found
            }
        }
    }

    /// Moves one reference with the objects that the server lacks, and waits for the report.
    ///
    /// - Parameter old: where the server's reference must be; nil where it must not be.
    func push(_ reference: String, from old: ObjectID?, to new: ObjectID, pack: [UInt8]) throws(GitError) -> Answer {
        let wanted = ["report-status", "side-band-64k", "quiet"].filter { advertisement.capabilities.contains($0) }
        let none = String(repeating: "0", count: 40)
        let command = "\(old?.description ?? none) \(new) \(reference)\0 \((wanted + ["agent=martlet"]).joined(separator: " "))"
        let request = PacketReader.packet(Array(command.utf8)) + Array("0000".utf8) + pack
        let stream: any SmartStream
        if case .http = session.address {
            stream = HTTPStream(session: session, service: .receivePack, action: .request)
        } else {
            stream = self.stream
            session.isOutcomeOpen = true
        }
        guard request.withUnsafeBytes({ stream.write($0) }) else { throw Self.brokenOff(session) }
        var reader = PacketReader(stream)
        let answer = try wanted.contains("side-band-64k") ? banded(&reader) : plain(&reader)
        session.isOutcomeOpen = false
        return answer
    }

    /// The report alone.
    private func plain(_ reader: inout PacketReader) throws(GitError) -> Answer {
        var bytes: [UInt8] = []
        while bytes.count < Self.maxReport, let packet = reader.next() {
            guard case .data(let line) = packet else {
                guard let report = PushReport(bytes + Array("0000".utf8)) else { break }
                return Answer(report: report, words: "")
            }
            bytes += PacketReader.packet(line)
        }
        throw Self.brokenOff(session)
    }

    /// The report in band 1, words in band 2, what ended the server in band 3.
    private func banded(_ reader: inout PacketReader) throws(GitError) -> Answer {
        var (bytes, words): ([UInt8], [UInt8]) = ([], [])
        var report: (PushReport, at: ContinuousClock.Instant)?
        while bytes.count < Self.maxReport {
            guard let packet = reader.next() else { break }
            guard case .data(let content) = packet else { break }
            let text = content.dropFirst()
            switch content.first {
            case 1:
                bytes += text
                if report == nil { report = PushReport(bytes).map { ($0, .now) } }
            case 2: words += text.prefix(Self.maxWords - words.count)
            case 3:
                if report == nil {
                    throw GitError(
                        .unreachable, "the server gave up: \(Self.line(words + Array(text.prefix(2000))))", place: session.place,
                        advice: "see the server's log")
                }
            default: break
            }
            if let report, .now - report.at > Self.patience { break }
        }
        guard let (report, _) = report else { throw Self.brokenOff(session) }
        return Answer(report: report, words: Self.line(words))
    }

    /// Lines that a server overwrites with a carriage return are progress.
    private static func line(_ bytes: [UInt8]) -> String {
        let lines = bytes.split(separator: UInt8(ascii: "\n")).map { line in line.split(separator: UInt8(ascii: "\r")).last ?? [] }
        return String(oneLine(Array(lines.joined(separator: [UInt8(ascii: " ")]))).prefix(2000))
    }

    private static func brokenOff(_ session: FetchSession) -> GitError {
        session.failure
            ?? GitError(.unreachable, "the conversation broke off", place: session.place, advice: "it will be tried again; see the server's log")
    }
}
