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

/// What `semver` gives: Go's `*semver.Version`, or the `semver.Version` that its `IncMajor` and its like give.
final class VersionObject: ValueConvertible {
    let version: SemanticVersion
    private let isPointer: Bool

    init(_ version: SemanticVersion, isPointer: Bool = true) {
        self.version = version
        self.isPointer = isPointer
    }

    var typeName: String { isPointer ? "*semver.Version" : "semver.Version" }
    var kind: String { isPointer ? "ptr" : "struct" }
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
        func next(_ version: SemanticVersion) -> DatumMember { answer(.object(VersionObject(version, isPointer: false))) }
        func with(_ change: @escaping (SemanticVersion, String) throws -> SemanticVersion) -> DatumMember {
            .method(Function([.string]) { _, a in .object(VersionObject(try change(version, a.string(0)), isPointer: false)) })
        }
        func bytes(_ text: String) -> DatumMember { answer(.list(text.utf8.map { .int(Int64($0), as: .uint8) }, of: .uint8)) }
        switch name {
        case "Major": return number(version.major)
        case "Minor": return number(version.minor)
        case "Patch": return number(version.patch)
        case "Prerelease": return answer(.string(version.prerelease))
        case "Metadata": return answer(.string(version.metadata))
        case "Original" where isPointer: return answer(.string(version.original))
        case "String": return answer(.string(version.description))
        case "Value": return answer(.string(version.description))
        case "MarshalText": return bytes(version.description)
        case "MarshalJSON": return bytes("\"\(version.description)\"")
        case "SetPrerelease": return with { try $0.with(prerelease: $1) }
        case "SetMetadata": return with { try $0.with(metadata: $1) }
        case _ where !isPointer: break
        case "Compare": return order { .int(Int64($0)) }
        case "Equal":
            return .method(Function([.object("*semver.Version")]) { _, a in
                guard case .object(let other as VersionObject) = a.datum(0) else { return .bool(false) }
                return .bool(version.compare(other.version) == 0)
            })
        case "LessThan": return order { .bool($0 < 0) }
        case "LessThanEqual": return order { .bool($0 <= 0) }
        case "GreaterThan": return order { .bool($0 > 0) }
        case "GreaterThanEqual": return order { .bool($0 >= 0) }
        default: break
        }
        switch name {
        case "IncMajor": return next(SemanticVersion(major: version.major &+ 1, minor: 0, patch: 0))
        case "IncMinor": return next(SemanticVersion(major: version.major, minor: version.minor &+ 1, patch: 0))
        case "IncPatch":
            let patch = version.prerelease.isEmpty ? version.patch &+ 1 : version.patch
            return next(SemanticVersion(major: version.major, minor: version.minor, patch: patch))
        default: return nil
        }
    }
}
