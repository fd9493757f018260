package import Basics
import Kubernetes

/// Keeps up with one resource type: does what `WatchState` says, and tells it what came.
package struct Reflector: Sendable {
    package var client: ClusterClient
    package var resource: APIResource
    package var scope: ListScope
    package var pageSize: Int
    package var time: any TimeSource
    package var random: RandomSource

    package init(
        client: ClusterClient, resource: APIResource, scope: ListScope = .all, pageSize: Int = 500, time: any TimeSource,
        random: RandomSource
    ) {
        self.client = client
        self.resource = resource
        self.scope = scope
        self.pageSize = pageSize
        self.time = time
        self.random = random
    }

    /// Until the task is cancelled; `deliver` gets every effect that is news, in order.
    ///
    /// - Parameter next: asked before each list for the type to list, which may be served in another version than before;
    ///   nil ends it. Without it the type stays.
    package func run(
        following next: (@Sendable () async -> APIResource?)? = nil, _ deliver: @Sendable (WatchState.Effect) async -> Void
    ) async {
        var current = self
        var state = WatchState()
        var effects = WatchState.start
        var backoff = Backoff(base: .milliseconds(200), limit: .seconds(30))
        var watch = Watch()
        while !Task.isCancelled {
            var input: WatchState.Input?
            for effect in effects {
                switch effect {
                case .list(let token, let isPaged):
                    if token == nil, let next {
                        guard let resource = await next() else { return }
                        current.resource = resource
                    }
                    input = await current.list(token, isPaged)
                case .openWatch(let version): input = await current.open(&watch, from: version)
                case .readWatch: input = await read(&watch)
                case .pause(let error):
                    let wait = max(backoff.next(random), min(error?.retryAfter ?? .zero, .seconds(300)))
                    guard (try? await time.sleep(for: wait)) != nil else { return }
                case .heard:
                    backoff.reset()
                    await deliver(effect)
                case .replace, .change, .opened, .failed, .regressed: await deliver(effect)
                }
            }
            guard !Task.isCancelled, let input else { return }
            effects = state.step(input)
        }
    }

    private struct Watch {
        var events: WatchStream.AsyncIterator?
        var opened = Duration.zero
        var hasEvents = false
    }

    private func list(_ token: String?, _ isPaged: Bool) async -> WatchState.Input {
        do throws(ClusterError) {
            return .listed(try await client.page(resource, scope: scope, limit: isPaged ? pageSize : nil, continue: token))
        } catch {
            return .listFailed(error)
        }
    }

    private func open(_ watch: inout Watch, from version: String) async -> WatchState.Input {
        watch = Watch()  // lets go of the old connection first
        do throws(ClusterError) {
            let stream = try await client.watch(
                resource, namespace: scope.namespace, labelSelector: scope.labelSelector, fieldSelector: scope.fieldSelector,
                from: version)
            watch.events = stream.makeAsyncIterator()
            watch.opened = time.elapsed
            return .watchOpened
        } catch {
            return .watchFailed(error)
        }
    }

    private func read(_ watch: inout Watch) async -> WatchState.Input {
        do throws(ClusterError) {
            if let events = try await watch.events?.nextBatch() {
                watch.hasEvents = true
                return .events(events)
            }
            let lasted = time.elapsed - watch.opened
            return .watchEnded(isShort: !watch.hasEvents && lasted < .seconds(1))
        } catch {
            return .watchFailed(error)
        }
    }
}
