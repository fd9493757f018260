internal import Basics

/// The moment in an address of the page, `?at=…`, for what is read without scripts: it says which moment is shown.
struct PastAddress {
    private let text: String
    /// Nil for a text that is no time.
    let time: Timestamp?

    /// Nil where the address is of the present.
    init?(_ fields: QueryFields, now: Timestamp) throws(APIFailure) {
        guard let text = try fields.text("at") else { return nil }
        // A "+" of an offset comes as a space.
        let time = Timestamp(text) ?? Timestamp(text.replacing(" ", with: "+"))
        if let time, time >= now { return nil }
        (self.text, self.time) = (text, time)
    }

    /// Of the list of applications, which the server writes of now only.
    var ofThePresent: String {
        guard let time else { return noTime }
        return "This is the present. How it was at \(Self.words(time)) is shown by a script; \"martlet at \(time)\" prints it."
    }

    var ofDeploys: String { time.map { "Deploys until \(Self.words($0))." } ?? noTime }

    private var noTime: String { "This is the present: \"\(clipped(text, 40))\" is no time." }

    private static func words(_ time: Timestamp) -> String { "\(time)".replacing("T", with: " ").replacing("Z", with: " UTC") }
}
