internal import Automation
internal import Basics
internal import Delivery
internal import Document
internal import Git
internal import Kubernetes

/// What a lost history can be had again from: the notes beside the commits, newest first, as far as they reach.
///
/// A deploy's own note says it whole. Where there is none, what the note of an automation's commit says of its bumps
/// is at least that they were made; how they went is not known.
struct Rebuild: Sendable {
    let mirror: SharedMirror

    /// How an event ended that only an automation's note tells of.
    static let unknownEnd = "from the commit's note: how it went is not known"

    private static let commitLimit = 5000
    /// Notes are read a few at a time, for the mirror has other readers.
    private static let batch = 50

    /// The same events each time, whatever is told meanwhile.
    ///
    /// - Parameter revision: whose history is gone through.
    /// - Throws: what may succeed later. A note that cannot be read for good is passed over.
    func events(upTo revision: SourceRevision) async throws(HistoryError) -> [DeployEvent] {
        guard let tip = ObjectID(revision.commit) else { return [] }
        var events: [DeployEvent] = []
        do throws(GitError) {
            let mirror = try await mirror.open()
            guard try await mirror.fetchNotes(reference: NoteKeeper.reference) != nil else { return [] }
            let commits = try await mirror.log(from: tip, notReachableFrom: nil, touching: [], limit: Self.commitLimit)
            for (index, commit) in commits.enumerated() {
                if index % Self.batch == 0 { await Task.yield() }
                if Task.isCancelled { throw GitError(.cancelled, "the history is not had again", place: "notes", advice: "it will be tried again") }
                do throws(GitError) {
                    guard let note = try await mirror.note(of: commit.id, reference: NoteKeeper.reference) else { continue }
                    events += Self.events(of: note, on: commit, reference: revision.reference)
                } catch where !error.isTemporary {
                    continue
                }
            }
        } catch {
            throw HistoryError(error)
        }
        return events
    }

    /// What one commit's note tells; lines that are something else are passed over.
    static func events(of note: String, on commit: Commit, reference: String) -> [DeployEvent] {
        var events: [DeployEvent] = []
        var bumps: [DeployEvent] = []
        for line in note.split(whereSeparator: \.isNewline).prefix(10_000) {
            guard line.first == "{", let value = try? JSON.parse(String(line), maxDepth: 20) else { continue }
            if let event = EventNote.event(value) {
                // A note can be copied to another commit; it is still about its own.
                if event.revision.commit == "\(commit.id)" { events.append(event) }
            } else {
                bumps += Self.bumps(value, on: commit, reference: reference)
            }
        }
        let known = Set(events.map(\.workload))
        return events + bumps.filter { !known.contains($0.workload) }
    }

    private static func bumps(_ note: Value, on commit: Commit, reference: String) -> [DeployEvent] {
        guard let kind = note["kind"]?.string.flatMap(CommitNote.Kind.init(rawValue:)), [.automated, .release, .rollback].contains(kind),
            let time = note["time"]?.string.flatMap({ Timestamp($0) })
        else { return [] }
        var events: [DeployEvent] = []
        for bump in note["bumps"]?.sequence ?? [] {
            guard let application = bump["application"]?.string, let key = key(bump), let container = bump["container"]?.string else { continue }
            let image = DeployEvent.ImageChange(container: container, from: bump["from"]?.string, to: bump["to"]?.string)
            if let index = events.firstIndex(where: { $0.workload == key && $0.application == application }) {
                events[index].images.append(image)
                continue
            }
            let line = DeployEvent.CommitLine(commit)
            // Of the same note the same name.
            let seed = StoredText.digest(Array("\(commit.id) \(application) \(key)".utf8))
            var event = DeployEvent(
                id: ULID(at: time, random: RandomSource(seed: UInt64(bitPattern: seed))).description, application: application, workload: key, startedAt: time,
                revision: SourceRevision(reference: reference, commit: "\(commit.id)"), previousCommit: commit.parents.first?.description ?? "",
                cause: kind == .automated ? .init(.automation, by: line.author) : .init(.command, by: note["requester"]?.string ?? line.author))
            (event.commits, event.images, event.isFromNote) = ([line], [image], true)
            (event.endedAt, event.outcome, event.reason) = (time, .succeeded, unknownEnd)
            events.append(event)
        }
        return events
    }

    /// `deployment.apps/front-end`, whose kind has lost its capital letters.
    private static func key(_ bump: Value) -> ObjectKey? {
        guard let name = bump["workload"]?.string.flatMap({ WorkloadName($0) }), let first = name.resource.first else { return nil }
        let kinds = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod", "ReplicaSet", "ReplicationController"]
        let kind = kinds.first { $0.lowercased() == name.resource } ?? first.uppercased() + name.resource.dropFirst()
        return ObjectKey(group: name.group ?? "", kind: kind, namespace: bump["namespace"]?.string ?? "", name: name.name)
    }
}

extension ApplicationSight {
    /// What an application's inventory in the cluster says of it: since its status last changed, it was so.
    init?(_ record: InventoryStore.Record) {
        guard let status = ApplicationStatus(record.status), status.changedAt != nil, !status.revision.isEmpty else { return nil }
        let commit = record.inventory.appliedCommit
        self.init(
            application: record.inventory.application,
            revision: SourceRevision(shown: status.revision, commit: status.revision.hasSuffix("@\(commit.prefix(7))") ? commit : ""), previousCommit: "",
            status: status)
    }
}
