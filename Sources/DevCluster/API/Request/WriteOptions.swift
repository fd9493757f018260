import Document
import HTTP

/// What the query of a write asks for.
struct WriteOptions: Sendable {
    enum FieldValidation: String, Sendable { case ignore = "Ignore", warn = "Warn", strict = "Strict" }

    var isDryRun = false
    var manager: String
    var force = false
    var fieldValidation: FieldValidation = .warn
    var userAgent = ""

    init(_ request: APIRequest) throws(APIFailure) {
        manager = request.manager
        force = request.flag("force") && request.query["force"] != nil
        userAgent = request.headers["User-Agent"] ?? ""
        if let values = request.query["dryRun"], !values.allSatisfy(\.isEmpty) {
            guard values.allSatisfy({ $0 == "All" }) else {
                let list = values.map { "\"\($0)\"" }.joined(separator: ", ")
                throw APIFailure.invalid(
                    group: "meta.k8s.io", kind: "CreateOptions", name: "",
                    [.notSupported("dryRun", .string(list), ["All"])])
            }
            isDryRun = true
        }
        if let text = request.parameter("fieldValidation") {
            guard let mode = FieldValidation(rawValue: text) else {
                throw APIFailure.invalid(
                    group: "meta.k8s.io", kind: "CreateOptions", name: "",
                    [.notSupported("fieldValidation", .string(text), ["Ignore", "Strict", "Warn"])])
            }
            fieldValidation = mode
        }
    }

    /// For the server's own writes.
    init(manager: String) { self.manager = manager }
}
