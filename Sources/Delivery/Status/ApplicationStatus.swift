package import Basics
package import Document
internal import Kubernetes

/// What a person wants to know of an application: which revision, is it applied,
/// is it well, and if not, what is wrong where.
package struct ApplicationStatus: Sendable, Hashable {
    package enum Sync: String, Sendable, Hashable {
        case unknown = "Unknown"
        case syncing = "Syncing"
        case synced = "Synced"
        /// Applied but for what waits: a deletion, a drift that is only reported, an object of another owner.
        case outOfSync = "OutOfSync"
        case failed = "Failed"
        case suspended = "Suspended"
    }

    package enum Health: String, Sendable, Hashable {
        case unknown = "Unknown"
        case progressing = "Progressing"
        case healthy = "Healthy"
        case suspended = "Suspended"
        case degraded = "Degraded"
        case missing = "Missing"
    }

    /// One thing that keeps the application from being synced or healthy.
    package struct Problem: Sendable, Hashable {
        /// `file:line`; "" where no file is to blame.
        package var place: String
        /// The object as kubectl takes it; "" where it concerns none.
        package var object: String
        package var message: String

        package init(place: String = "", object: String = "", message: String) {
            (self.place, self.object, self.message) = (place, object, message)
        }
    }

    package var application: String
    /// The revision Martlet works on.
    package var revision = ""
    /// The last revision that was applied as a whole.
    package var appliedRevision = ""
    package var sync = Sync.unknown
    package var health = Health.unknown
    /// One sentence on what is going on.
    package var message = ""
    package var problems: [Problem] = []
    package var objects = 0
    package var heldDeletions: [String] = []
    /// New versions that are on their way to users, or were sent back.
    package var rollouts: [RolloutStatus] = []
    /// The request of `martlet sync` that was carried out last.
    package var handledRequest = ""
    /// The application that has to be well before this one is applied; "" where it waits for none. Not kept in the cluster:
    /// what it was at the last look is no answer to what it is now.
    package var waitsFor = ""
    /// When the sync state or the health last changed.
    package var changedAt: Timestamp?

    package init(application: String) { self.application = application }

    /// Problems past this many are counted, not listed: the status stands in a Secret.
    static let maxProblems = 50
}

extension ApplicationStatus {
    package var value: Value {
        var listed = problems.prefix(Self.maxProblems).map { problem -> Value in
            ["place": .string(problem.place), "object": .string(problem.object), "message": .string(problem.message)]
        }
        if problems.count > Self.maxProblems {
            listed.append(["place": "", "object": "", "message": .string("and \(problems.count - Self.maxProblems) more")])
        }
        var value: Value = [
            "application": .string(application), "revision": .string(revision), "appliedRevision": .string(appliedRevision),
            "sync": .string(sync.rawValue), "health": .string(health.rawValue), "message": .string(message),
            "problems": .sequence(listed), "objects": .int(Int64(objects)),
            "heldDeletions": .sequence(heldDeletions.prefix(100).map(Value.string)),
        ]
        if !rollouts.isEmpty { value["rollouts"] = .sequence(rollouts.prefix(50).map(\.value)) }
        if !handledRequest.isEmpty { value["handledRequest"] = .string(handledRequest) }
        if let changedAt { value["changedAt"] = .string(changedAt.description) }
        return value
    }

    /// Nil for a value that is no status.
    package init?(_ value: Value) {
        guard let application = value["application"]?.string else { return nil }
        self.init(application: application)
        revision = value["revision"]?.string ?? ""
        appliedRevision = value["appliedRevision"]?.string ?? ""
        sync = value["sync"]?.string.flatMap(Sync.init(rawValue:)) ?? .unknown
        health = value["health"]?.string.flatMap(Health.init(rawValue:)) ?? .unknown
        message = value["message"]?.string ?? ""
        problems = (value["problems"]?.sequence ?? []).map {
            Problem(place: $0["place"]?.string ?? "", object: $0["object"]?.string ?? "", message: $0["message"]?.string ?? "")
        }
        objects = Int(clamping: value["objects"]?.int ?? 0)
        heldDeletions = (value["heldDeletions"]?.sequence ?? []).compactMap(\.string)
        handledRequest = value["handledRequest"]?.string ?? ""
        changedAt = value["changedAt"]?.string.flatMap { Timestamp($0) }
    }
}

extension ApplicationStatus {
    /// Nothing more will happen without someone changing something.
    package var isFinal: Bool {
        switch sync {
        case .failed, .outOfSync, .suspended: true
        case .unknown, .syncing: false
        case .synced: health != .progressing && health != .unknown && health != .missing
        }
    }

    /// Final, and about this revision.
    package func isFinal(at revision: String) -> Bool { self.revision == revision && isFinal }
}

extension ApplicationStatus.Problem {
    package init(_ error: RenderError) {
        switch error.reason {
        case .document(let fault):
            var fault = fault
            fault.file = ""
            let text = fault.position == nil ? fault.description : DocumentError(fault.problem, file: "", position: nil, expected: fault.expected).description
            self.init(place: error.origin?.description ?? "", message: text)
        default:
            self.init(place: error.origin?.description ?? "", message: RenderError(error.reason, origin: nil).description)
        }
    }
}
