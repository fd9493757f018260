internal import Basics
internal import Chart
internal import Registry
internal import RegularExpression

/// What makes one tag better than another.
enum TagOrder: Sendable, Hashable {
    case version
    case buildTime
    /// A regular expression's group and how its text is read.
    case group(Int, Reading)

    enum Reading: String, Sendable, Hashable, CaseIterable {
        case number, version, text
    }
}

/// What a tag is ordered by. All keys of one policy are of one kind.
enum OrderKey: Sendable {
    case version(SemanticVersion)
    /// Digits without leading zeros: of any length, so compared as text.
    case number([UInt8])
    case text([UInt8])
    case time(Timestamp)

    /// -1, 0 or 1.
    func compare(_ other: OrderKey) -> Int {
        switch (self, other) {
        case (.version(let left), .version(let right)): return left.compare(right)
        case (.number(let left), .number(let right)):
            if left.count != right.count { return left.count < right.count ? -1 : 1 }
            return bytewise(left, right)
        case (.text(let left), .text(let right)): return bytewise(left, right)
        case (.time(let left), .time(let right)): return left < right ? -1 : left == right ? 0 : 1
        default: return rank < other.rank ? -1 : rank == other.rank ? 0 : 1
        }
    }

    private var rank: Int {
        switch self {
        case .version: 0
        case .number: 1
        case .text: 2
        case .time: 3
        }
    }

    /// Nil for anything but digits.
    static func number(_ text: String) -> OrderKey? {
        let digits = Array(text.utf8)
        guard !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return .number(Array(digits.drop { $0 == 48 }))
    }

    /// Nil where it is not known. Builds that are to be reproducible write a fixed
    /// moment instead of the time (1970-01-01 or, with Cloud Native Buildpacks and
    /// Jib's like, 1980-01-01T00:00:01Z), which orders nothing.
    static func time(of tag: ImageTag) -> OrderKey? {
        guard let time = tag.builtAt, time.milliseconds > fixedMoment else { return nil }
        return .time(time)
    }

    private static let fixedMoment: Int64 = 315_532_801_000
}

/// How a version is written, for the choice between tags of one version.
struct VersionForm: Sendable, Hashable {
    var hasV = false
    /// 2 for "1.10".
    var parts = 0
    /// What follows a `_`: the `+` of build metadata cannot stand in a tag, and
    /// Helm, too, writes `_` for it.
    var hasMetadata = false

    /// The version of a tag and how it is written; nil for what is no version.
    static func read(_ tag: String) -> (version: SemanticVersion, form: VersionForm)? {
        var text = tag
        var form = VersionForm()
        if let line = tag.utf8.firstIndex(of: UInt8(ascii: "_")) {
            text = tag[..<line] + "+" + tag[tag.utf8.index(after: line)...]
            form.hasMetadata = true
        }
        guard let version = SemanticVersion(text) else { return nil }
        form.hasV = tag.utf8.first == UInt8(ascii: "v")
        form.parts = 1
        for byte in tag.utf8 {
            if byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") { break }
            if byte == UInt8(ascii: ".") { form.parts += 1 }
        }
        return (version, form)
    }
}

/// A tag with what it is ordered by.
struct Candidate: Sendable {
    var tag: ImageTag
    var key: OrderKey?
    var form = VersionForm()

    /// Whether it comes first: a total order, whatever order the registry listed the tags in.
    ///
    /// Of tags that are equally new, one that is written like the tag in use comes
    /// first, then the more exact one ("1.10.0" before "1.10"), then bytewise.
    func precedes(_ other: Candidate, like form: VersionForm? = nil) -> Bool {
        switch (key, other.key) {
        case (let left?, let right?):
            let order = left.compare(right)
            if order != 0 { return order > 0 }
        case (_?, nil): return true
        case (nil, _?): return false
        case (nil, nil): break
        }
        if let form {
            let pairs = [
                (self.form.hasV == form.hasV, other.form.hasV == form.hasV),
                (self.form.hasMetadata == form.hasMetadata, other.form.hasMetadata == form.hasMetadata),
                (self.form.parts == form.parts, other.form.parts == form.parts),
            ]
            for (left, right) in pairs where left != right { return left }
        }
        if self.form.hasMetadata != other.form.hasMetadata { return !self.form.hasMetadata }
        if self.form.parts != other.form.parts { return self.form.parts > other.form.parts }
        for (left, right) in [(tag.name, other.tag.name), (tag.digest ?? "", other.tag.digest ?? "")] {
            let order = bytewise(left.utf8, right.utf8)
            if order != 0 { return order < 0 }
        }
        return (tag.builtAt?.milliseconds ?? .min) > (other.tag.builtAt?.milliseconds ?? .min)
    }
}

private func bytewise(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Int {
    if left.lexicographicallyPrecedes(right) { return -1 }
    return right.lexicographicallyPrecedes(left) ? 1 : 0
}
