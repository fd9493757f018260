import ArgumentParser
import Automation
import Basics
import Cluster
import Delivery
import Kubernetes
import Rollout
import Server

/// Which workload's rollout, in which cluster.
struct RolloutOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The workload, as kubectl takes it: deployment/front-end, statefulset/store.", valueName: "workload"))
    var words: [String] = []

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("Its namespace; by default the kubeconfig's, and then, to rollout status, any that has one of the name.", valueName: "namespace"))
    var namespace: String?

    @OptionGroup var cluster: ClusterOptions

    mutating func validate() throws {
        if !words.isEmpty { _ = try name(in: "default") }
    }

    /// For a verb that needs one.
    func requireName() throws {
        guard !words.isEmpty else { throw ValidationError("which workload? Name it like deployment/front-end -n shop") }
    }

    /// - Parameter standard: the namespace where none is said; nil: it stays open.
    /// - Throws: a mistake of the command line.
    func name(in standard: String?) throws -> WorkloadName {
        var name: WorkloadName
        do throws(AutomationError) {
            name = try WorkloadName(words, namespace: namespace)
        } catch {
            throw ValidationError("\(error)")
        }
        if name.resource.isEmpty { name.resource = "deployment" }
        guard name.rolloutKey != nil else {
            throw ValidationError("only Deployments, StatefulSets and DaemonSets have rollouts: name it like deployment/\(name.name)")
        }
        if name.namespace == nil { name.namespace = standard }
        return name
    }

    func connect() throws -> RolloutVisit {
        let (time, random) = (SystemTime(), RandomSource())
        let configuration = try cluster.configuration()
        return RolloutVisit(client: try cluster.connect(time: time, random: random), namespace: configuration.namespace, time: time, random: random)
    }
}

/// A person's way to the rollouts of one cluster.
struct RolloutVisit: Sendable {
    var client: ClusterClient
    /// Of what is named without one.
    var namespace: String
    var time: any TimeSource
    var random: RandomSource

    var desk: RolloutDesk { RolloutDesk(client: client, time: time, random: random) }

    /// - Parameter onlyLooks: nothing is changed, so that it may be in another namespace than one would think.
    func report(_ options: RolloutOptions, onlyLooks: Bool = false) async throws -> RolloutReport {
        let name = try await place(of: try options.name(in: nil), onlyLooks: onlyLooks)
        let namespace = name.namespace ?? namespace
        do throws(ClusterError) {
            guard let key = name.rolloutKey else { throw ClusterError(.notFound, message: "\(name) has no rollouts") }
            return try await desk.report(key)
        } catch {
            guard error.reason == .notFound else { throw error }
            throw await missing(name, namespace)
        }
    }

    /// With the namespace that has it, where none was said.
    private func place(of name: WorkloadName, onlyLooks: Bool) async throws -> WorkloadName {
        var placed = name
        placed.namespace = name.namespace ?? namespace
        // The kubeconfig's comes first, and it alone where one may not look everywhere.
        guard name.namespace == nil, onlyLooks, let keys = try? await desk.names(namespace: nil) else { return placed }
        if (try? placed.resolve(among: keys)) != nil { return placed }
        do throws(AutomationError) {
            placed.namespace = try name.resolve(among: keys).namespace
        } catch {
            // None is told as what is missing where it was to be expected.
            if case .ambiguous = error.kind { throw WorkloadFailure("\(error)", exitCode: 2) }
        }
        return placed
    }

    /// With the nearest name there is, as far as one may look.
    private func missing(_ name: WorkloadName, _ namespace: String) async -> WorkloadFailure {
        var keys = (try? await desk.names(namespace: nil)) ?? []
        if keys.isEmpty { keys = (try? await desk.names(namespace: namespace)) ?? [] }
        do throws(AutomationError) {
            // It is there now, or the cluster tells of it in lists only.
            let key = try name.resolve(among: keys)
            return WorkloadFailure("\(key) was not there a moment ago: ask again", exitCode: 2)
        } catch {
            let advice = keys.isEmpty ? "\"kubectl get deployments,statefulsets,daemonsets -A\" lists them" : error.advice
            return WorkloadFailure("there is no \(name.rolloutKey?.kind ?? "workload") \"\(name)\"; \(advice)", exitCode: 2)
        }
    }
}
