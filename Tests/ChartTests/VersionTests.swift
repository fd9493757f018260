import Testing

@testable import Chart

@Suite("Semantic versions, as Masterminds/semver has them")
struct VersionTests {
    @Test(arguments: [
        (">=1.2.0-0", "v1.25.3-gke.100", true), ("^1.2.x", "1.9.0", true), ("~1.2.3", "1.2.9", true),
        (">1.2 <2 || 3.x", "3.1.0", true), ("1.2 - 2.3.4", "2.3.4", true), ("<1.22-0", "v1.36.0", false),
        (">= 1.19-0, < 1.30", "1.25.0-alpha", true), ("*", "1.2.3-alpha", false), ("*-0", "1.2.3-alpha", true),
        ("~>1.2", "1.3.0", false), ("!=1.x", "1.3.0", false), ("^0.0", "0.0.9", true), ("^0", "0.7", true),
        ("= 1.2.3", "1.2.3", true), (">=1.2.3 , <2", "1.3", true),
    ])
    func allows(constraint: String, version: String, expected: Bool) throws {
        let range = try VersionConstraint(constraint)
        #expect(range.allows(try SemanticVersion(parsing: version)) == expected)
    }

    @Test(arguments: ["", "  ", ">=1.0 || ", "abc", ">1.2.3<2", ">=1.2.3,,<2"])
    func refuses(constraint: String) { #expect(throws: VersionConstraint.Malformed.self) { try VersionConstraint(constraint) } }

    @Test(arguments: ["abc", "1.2.3.4", "1.2.3-01", "", "v"])
    func isNoVersion(text: String) { #expect(SemanticVersion(text) == nil) }
}
