package import Automation

/// Who sent a request, as an authenticator knows them.
package struct Caller: Sendable, Hashable {
    package var name: String
    package var uid: String
    package var groups: [String]
    /// What else the authenticator knows; a SubjectAccessReview is told it again.
    package var extra: [String: [String]]

    package init(name: String, uid: String = "", groups: [String] = [], extra: [String: [String]] = [:]) {
        (self.name, self.uid, self.groups, self.extra) = (name, uid, groups, extra)
    }

    /// Whether it is the same person or account: what else is known of them may be another for each of their tokens
    /// (`authentication.kubernetes.io/credential-id`, KEP-4193).
    func isSame(as other: Caller) -> Bool { name == other.name && uid == other.uid }

    /// The same with each of their tokens; what an authorizer may look at stays.
    var withoutCredential: Caller {
        var caller = self
        caller.extra["authentication.kubernetes.io/credential-id"] = nil
        return caller
    }

    /// The author of the commits they ask for.
    ///
    /// What git's line for an author cannot hold (line breaks, other control characters, `<` and `>`) is left out.
    package func requester(emailDomain: String) -> Requester {
        let clean = String(
            String.UnicodeScalarView(
                name.unicodeScalars.filter { !$0.properties.generalCategory.isControl && $0 != "<" && $0 != ">" }.prefix(200)))
        let name = clean.split(separator: " ").joined(separator: " ")
        guard !name.isEmpty else { return Requester(name: "unknown", email: "unknown@\(emailDomain)") }
        let parts = name.split(separator: "@", omittingEmptySubsequences: false)
        if parts.count == 2, parts.allSatisfy({ part in !part.isEmpty && part.utf8.allSatisfy(isAddressByte) }) {
            return Requester(name: name, email: name)
        }
        // `system:serviceaccount:ci:deployer` becomes `deployer.ci`, other names what an address takes of them.
        let account = name.split(separator: ":", omittingEmptySubsequences: false)
        var local = name
        if account.count == 4, account.starts(with: ["system", "serviceaccount"]) { local = "\(account[3]).\(account[2])" }
        local = String(decoding: local.utf8.map { isAddressByte($0) ? $0 : UInt8(ascii: "-") }, as: UTF8.self)
        return Requester(name: name, email: "\(local)@\(emailDomain)")
    }
}

private func isAddressByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "+"):
        true
    default: false
    }
}

extension Unicode.GeneralCategory {
    /// Line breaks of all kinds, and what turns a line around.
    fileprivate var isControl: Bool {
        switch self {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }
}
