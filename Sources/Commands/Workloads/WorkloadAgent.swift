import ArgumentParser
import Automation
import Document
import Registry

/// Who looks at images and makes changes: a daemon, or this process on the repository itself.
/// Both answer in the form of the API.
protocol WorkloadAgent: Sendable {
    /// All workloads that may be seen, as `{"workloads": […]}`.
    func workloads() async throws -> Value
    func images(of name: WorkloadName, refresh: Bool) async throws -> Value
    func change(_ name: WorkloadName, _ wish: Wish) async throws -> Value
}

/// What a person wants of a workload.
struct Wish: Sendable {
    var action: ChangeRequest.Action
    var container: String?
    var force = false
}

/// Why it was not done.
struct WorkloadFailure: Error, CustomStringConvertible {
    var description: String
    /// 1: refused, for a reason in the repository. 2: could not be asked.
    var exitCode: Int32

    init(_ description: String, exitCode: Int32) { (self.description, self.exitCode) = (description, exitCode) }

    init(_ error: AutomationError) {
        switch error.kind {
        case .registry, .push: self.init("\(error)", exitCode: 2)
        case .invalid, .notFound, .ambiguous, .notEditable, .locked, .forbidden, .downgrade: self.init("\(error)", exitCode: 1)
        }
    }
}

/// Runs what a verb does; tells a failure in one line, and by the exit code what kind it is: 2 where nothing else is said.
func reporting(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch {
        // These have words and codes of their own.
        if error is ExitCode || error is ValidationError || error is CleanExit { throw error }
        Terminal.standardError.line("martlet: \(printableLines("\(error)"))")
        throw ExitCode((error as? WorkloadFailure)?.exitCode ?? (error as? CommandFailure)?.exitCode ?? 2)
    }
}

/// This process, with the repository's mirror.
struct RepositoryAgent: WorkloadAgent {
    var automation: Automation
    var requester: Requester

    func workloads() async throws -> Value { ["workloads": .sequence(await automation.workloads().map(\.value))] }

    func images(of name: WorkloadName, refresh: Bool) async throws -> Value {
        do throws(AutomationError) {
            let key = try name.resolve(among: await automation.workloads().map(\.key))
            return try await automation.images(of: key, refresh: refresh).value
        } catch {
            throw WorkloadFailure(error)
        }
    }

    func change(_ name: WorkloadName, _ wish: Wish) async throws -> Value {
        do throws(AutomationError) {
            let key = try name.resolve(among: await automation.workloads().map(\.key))
            let request = ChangeRequest(
                workload: key, action: wish.action, container: wish.container, force: wish.force, requester: requester)
            return try await automation.change(request).value
        } catch {
            throw WorkloadFailure(error)
        }
    }
}
