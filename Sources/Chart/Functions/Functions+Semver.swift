internal import Document
internal import Template

extension FunctionTable {
    /// Semantic versions.
    mutating func registerVersions() {
        register("semver", .string) { _, a in .object(VersionObject(try SemanticVersion(parsing: a.string(0)))) }
        register("semverCompare", .string, .string) { _, a in
            let constraint = try VersionConstraint(a.string(0))
            return .bool(constraint.allows(try SemanticVersion(parsing: a.string(1))))
        }
    }
}

/// What `semver` gives: Go's `*semver.Version`.
final class VersionObject: ValueConvertible {
    let version: SemanticVersion

    init(_ version: SemanticVersion) { self.version = version }

    let typeName = "*semver.Version"
    let kind = "ptr"
    var printed: String { version.description }
    var value: Value { .string(version.description) }

    func member(_ name: String) -> DatumMember? {
        let version = version
        func answer(_ value: Datum) -> DatumMember { .method(Function([]) { _, _ in value }) }
        func number(_ number: UInt64) -> DatumMember { answer(.int(Int64(bitPattern: number), as: .uint64)) }
        func order(_ result: @escaping (Int) -> Datum) -> DatumMember {
            .method(Function([.object("*semver.Version")]) { _, a in
                guard case .object(let other as VersionObject) = a.datum(0) else { throw nilDereference }
                return result(version.compare(other.version))
            })
        }
        func next(_ version: SemanticVersion) -> DatumMember { answer(.object(VersionObject(version))) }
        switch name {
        case "Major": return number(version.major)
        case "Minor": return number(version.minor)
        case "Patch": return number(version.patch)
        case "Prerelease": return answer(.string(version.prerelease))
        case "Metadata": return answer(.string(version.metadata))
        case "Original": return answer(.string(version.original))
        case "String": return answer(.string(version.description))
        case "Compare": return order { .int(Int64($0)) }
        case "Equal": return order { .bool($0 == 0) }
        case "LessThan": return order { .bool($0 < 0) }
        case "LessThanEqual": return order { .bool($0 <= 0) }
        case "GreaterThan": return order { .bool($0 > 0) }
        case "GreaterThanEqual": return order { .bool($0 >= 0) }
        case "IncMajor": return next(SemanticVersion(major: version.major &+ 1, minor: 0, patch: 0))
        case "IncMinor": return next(SemanticVersion(major: version.major, minor: version.minor &+ 1, patch: 0))
        case "IncPatch":
            let patch = version.prerelease.isEmpty ? version.patch &+ 1 : version.patch
            return next(SemanticVersion(major: version.major, minor: version.minor, patch: patch))
        default: return nil
        }
    }
}
