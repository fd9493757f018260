/// What a `WWW-Authenticate` field asks for (RFC 9110 11.6.1): a scheme and its parameters.
struct AuthenticateChallenge: Sendable, Hashable {
    /// In lower case: `bearer`, `basic`.
    var scheme: String
    /// Names in lower case.
    var parameters: [String: String] = [:]

    /// All challenges of all fields. What cannot be read is left out: a challenge is an
    /// offer, and one that is understood suffices.
    static func parse(_ fields: [String]) -> [AuthenticateChallenge] {
        var challenges: [AuthenticateChallenge] = []
        for field in fields {
            var reader = FieldReader(field)
            while challenges.count < 16 {
                reader.skip(where: { $0 == UInt8(ascii: ",") || FieldReader.isSpace($0) })
                let word = reader.token()
                guard !word.isEmpty else { break }
                if reader.skippingSpace(then: UInt8(ascii: "=")) {
                    reader.skip(where: FieldReader.isSpace)
                    guard let value = reader.value(), var last = challenges.popLast() else { break }
                    last.parameters[word.lowercased()] = value
                    challenges.append(last)
                } else {
                    challenges.append(AuthenticateChallenge(scheme: word.lowercased()))
                    reader.skipToken68()
                }
            }
        }
        return challenges
    }
}
