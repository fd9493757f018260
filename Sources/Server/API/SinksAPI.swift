internal import Document
internal import History
internal import HTTPTypes
internal import Hummingbird

/// Those who are told of deploys: how they are, and another try for what they did not take.
struct SinksAPI: Sendable {
    let view: DaemonView

    func add(to router: Router<ServerContext>) {
        router.get("/api/v1/sinks") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                _ = try Routes.query(request, known: [])
                try await admission.mustEverywhere(.list)
                let sinks = try view.needed(view.sinks, "no history, and so nobody to tell of it")
                return ["sinks": .sequence(await sinks.states().map(\.value))]
            }
        }
        router.post("/api/v1/sinks/:name/retry") { request, context in
            await Routes.answer { () async throws(APIFailure) in
                let admission = try await view.admit(request, context)
                _ = try Routes.query(request, known: [])
                let id = try FieldBody(try await Routes.body(request), known: ["id"]).text("id", most: 64)
                try await admission.mustEverywhere(.patch)
                let sinks = try view.needed(view.sinks, "no history, and so nobody to tell of it")
                let name = context.parameters.get("name") ?? ""
                let retried: Int?
                do throws(HistoryError) { retried = try await sinks.retry(name, id) } catch { throw APIFailure(error) }
                guard let count = retried else {
                    throw APIFailure(.notFound, "notFound", "there is no sink \"\(shortened(name))\"", advice: "GET /api/v1/sinks lists them")
                }
                return ["retried": .int(Int64(count))]
            }
        }
    }
}
