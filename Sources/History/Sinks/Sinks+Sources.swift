internal import Basics
package import Cluster
internal import Document
internal import Kubernetes
internal import Logging

/// Where the sinks have it from: events from the history, credentials from the cluster.
extension Sinks {
    private static let page = 200
    private static let pageLimit = 100
    private static let memory = Duration.seconds(3 * 86_400)

    /// Takes events as they come until cancelled.
    ///
    /// At the start and every hour those of the last days are told again, in case the program ended between the
    /// history's file and the sinks' queues, or more came at once than a listener is given.
    package func follow(_ updates: AsyncStream<DeployEvent>, history: EventStore) async {
        await withDiscardingTaskGroup { group in
            group.addTask { for await event in updates { await self.note(event) } }
            group.addTask {
                while !Task.isCancelled {
                    await self.catchUp(history)
                    try? await self.time.sleep(for: .seconds(3600))
                }
            }
        }
    }

    /// Tells the events that go on and those of the last days; what is known changes nothing.
    package func catchUp(_ history: EventStore) async {
        do throws(HistoryError) {
            await note(try await history.openEvents())
            var query = EventQuery(limit: Self.page)
            query.from = time.now.adding(.zero - Self.memory)
            for _ in 0..<Self.pageLimit where !Task.isCancelled {
                let events = try await history.events(query)
                await note(events)
                guard events.count >= Self.page, let last = events.last else { return }
                query.before = last.id
            }
        } catch {
            logger.error("\(error)")
        }
    }

    /// Reads Secrets of one namespace, each by its name and when it is needed.
    package static func secrets(of client: ClusterClient, namespace: String) -> SecretReader {
        { name in
            guard let resource = try? await client.resource(for: GroupKind(group: "", kind: "Secret")),
                let secret = try? await client.get(resource, namespace: namespace, name: name)
            else { return nil }
            var data: [String: [UInt8]] = [:]
            for entry in secret.value["data"]?.mapping ?? [:] { data[entry.key] = entry.value.string.flatMap { Base64.decode($0) } }
            return data
        }
    }
}
