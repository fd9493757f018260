internal import Basics
internal import Document

/// Reads an object's annotations. Under `martlet.dev/` nothing unknown is let
/// pass, because a misspelt wish that is silently ignored costs most when it
/// matters; the aliases of other tools are taken where they make sense.
package func policy(of object: Object) throws(AnnotationError) -> ObjectPolicy {
    var policy = ObjectPolicy()
    let annotations = object.annotations
    policy.readAliases(annotations)
    for entry in annotations where entry.key.hasPrefix(MartletAnnotations.prefix) {
        guard let value = entry.value.string else {
            throw AnnotationError(entry.key, value: nil, expected: "the value is \(entry.value.kindName), put it in quotes")
        }
        try policy.read(entry.key, value, object)
    }
    try policy.checkTogether(annotations)
    return policy
}

extension ObjectPolicy {
    fileprivate mutating func read(_ key: String, _ value: String, _ object: Object) throws(AnnotationError) {
        let reader = AnnotationReader(key: key, value: value)
        switch key {
        case MartletAnnotations.automated: isAutomated = try reader.boolean()
        case MartletAnnotations.locked: isLocked = try reader.boolean()
        case MartletAnnotations.lockedBy: lockedBy = value
        case MartletAnnotations.lockedReason: lockedReason = value
        case MartletAnnotations.ignore: isIgnored = try reader.boolean()
        case MartletAnnotations.prune: prunes = try reader.boolean()
        case MartletAnnotations.replace: replaces = try reader.boolean()
        case MartletAnnotations.wave: wave = try reader.integer()
        case MartletAnnotations.strategy: strategy = try reader.choice(Strategy.self)
        case MartletAnnotations.steps: steps = try reader.steps()
        case MartletAnnotations.match: matches = try reader.matches()
        case MartletAnnotations.analysis: analysis = try reader.names()
        case MartletAnnotations.gate: gate = try reader.gate()
        case MartletAnnotations.onFailure: onFailure = try reader.choice(OnFailure.self)
        case MartletAnnotations.traffic: traffic = try reader.traffic()
        case _ where MartletAnnotations.own.contains(key): break
        case _ where key.hasPrefix(MartletAnnotations.tagPrefix):
            let container = String(key.dropFirst(MartletAnnotations.tagPrefix.count))
            let names = object.containerNames
            guard names.isEmpty || names.contains(container) else {
                throw AnnotationError(
                    key, value: nil, expected: "\(object.kind) \"\(object.name)\" has no container \"\(container)\"",
                    nearest: nearest(to: container, among: names).map { MartletAnnotations.tagPrefix + $0 })
            }
            tags[container] = try reader.tagFilter()
        default:
            let tags = object.containerNames.map { MartletAnnotations.tagPrefix + $0 }
            throw AnnotationError(
                key, value: nil, expected: "unknown annotation",
                nearest: nearest(to: key, among: MartletAnnotations.written + tags))
        }
    }

    /// Wishes that make sense only with another.
    fileprivate func checkTogether(_ annotations: Mapping) throws(AnnotationError) {
        if let text = annotations[MartletAnnotations.steps]?.string {
            guard let strategy else {
                throw AnnotationError(MartletAnnotations.steps, value: nil, expected: "steps need \"\(MartletAnnotations.strategy)\" beside them")
            }
            let expected =
                switch strategy {
                case .recreate: "of use with \"recreate\", which has no steps: leave it out"
                case .blueGreen: "what \"blue-green\" takes: \"preview 5m\""
                case .abTest: "what \"ab-test\" takes: \"match 30m\""
                case .ramped, .canary, .mirror: "what \"\(strategy.rawValue)\" takes: \"5% 2m, 25% 5m, 50% 5m\""
                }
            guard steps.allSatisfy({ strategy.takes($0.stage) }) else {
                throw AnnotationError(MartletAnnotations.steps, value: text, expected: expected)
            }
        }
        if !matches.isEmpty, strategy != .abTest {
            throw AnnotationError(
                MartletAnnotations.match, value: nil, expected: "a match needs \"\(MartletAnnotations.strategy): ab-test\" beside it")
        }
    }
}

extension Strategy {
    fileprivate func takes(_ stage: RolloutStep.Stage) -> Bool {
        switch (self, stage) {
        case (.ramped, .weight), (.canary, .weight), (.mirror, .weight), (.blueGreen, .preview), (.abTest, .match): true
        default: false
        }
    }
}

extension ObjectPolicy {
    /// What Flux v1, Argo CD and Helm call the same. Their unknown values are theirs.
    fileprivate mutating func readAliases(_ annotations: Mapping) {
        if let text = annotations[MartletAnnotations.argoWave]?.string, let number = Int(text) { wave = number }
        if annotations[MartletAnnotations.helmPolicy]?.string == "keep" { prunes = false }
        for prefix in MartletAnnotations.fluxPrefixes.reversed() {
            for entry in annotations where entry.key.hasPrefix(prefix) {
                guard let value = entry.value.string else { continue }
                let name = entry.key.dropFirst(prefix.count)
                switch name {
                case "automated": isAutomated = value == "true"
                case "locked": isLocked = value == "true"
                case "locked_user": lockedBy = value
                case "locked_msg": lockedReason = value
                case "ignore": isIgnored = value == "true"
                case "tag_all": tagsOfOthers = TagFilter(flux: value)
                case _ where name.hasPrefix("tag."): tags[String(name.dropFirst(4))] = TagFilter(flux: value)
                default: break
                }
            }
        }
    }
}

extension Object {
    /// The containers of a pod or of what has a pod template, init containers too; none for other kinds.
    package var containerNames: [String] {
        let places = [["spec"], ["spec", "template", "spec"], ["spec", "jobTemplate", "spec", "template", "spec"]]
        return places.flatMap { place in
            ["containers", "initContainers"].flatMap { list in
                value[path: place + [list]]?.sequence?.compactMap { $0["name"]?.string } ?? []
            }
        }
    }
}
