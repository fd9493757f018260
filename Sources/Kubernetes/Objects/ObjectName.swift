/// What names and labels may look like (RFC 1123 and apimachinery's `validation`);
/// each answer is nil or what is wrong, in the API server's words.
package enum ObjectName {
    package static let subdomainMessage =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
    package static let labelMessage =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
    package static let pathSegmentMessage = "may not be '.' or '..' and may not contain '/' or '%'"

    /// At most 253 characters, labels joined by dots.
    package static func subdomainProblem(_ name: String) -> String? {
        if name.utf8.count > 253 { return "must be no more than 253 bytes" }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isLabelText) ? nil : subdomainMessage
    }

    /// At most 63 characters.
    package static func labelProblem(_ name: String) -> String? {
        if name.utf8.count > 63 { return "must be no more than 63 bytes" }
        return isLabelText(name[...]) ? nil : labelMessage
    }

    /// RBAC's names: anything that can stand in a URL.
    package static func pathSegmentProblem(_ name: String) -> String? {
        name == "." || name == ".." || name.contains("/") || name.contains("%") ? pathSegmentMessage : nil
    }

    /// What is wrong with the name of an object of this kind.
    package static func problem(_ name: String, for gvk: GroupVersionKind) -> String? {
        switch (gvk.group, gvk.kind) {
        case ("rbac.authorization.k8s.io", _): pathSegmentProblem(name)
        case ("", "Namespace"), ("", "Service"): labelProblem(name)
        default: subdomainProblem(name)
        }
    }

    /// A label's or annotation's key: `name` or `prefix/name`.
    package static func isQualifiedName(_ key: String) -> Bool {
        let parts = key.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard let name = parts.last, parts.count <= 2, name.utf8.count <= 63, isNameText(name) else { return false }
        return parts.count == 1 || subdomainProblem(String(parts[0])) == nil
    }

    package static func isLabelValue(_ value: String) -> Bool {
        value.isEmpty || value.utf8.count <= 63 && isNameText(value[...])
    }

    private static func isLabelText(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, isLowerOrDigit(first), isLowerOrDigit(last) else { return false }
        return text.utf8.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    private static func isNameText(_ text: Substring) -> Bool {
        func isAlphanumeric(_ byte: UInt8) -> Bool { isLowerOrDigit(byte) || (65...90).contains(byte) }
        guard let first = text.utf8.first, let last = text.utf8.last, isAlphanumeric(first), isAlphanumeric(last) else { return false }
        return text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") }
    }

    private static func isLowerOrDigit(_ byte: UInt8) -> Bool { (97...122).contains(byte) || (48...57).contains(byte) }
}
