import Document
package import Kubernetes

/// Git's objects with the overlay on them, and the objects that it adds.
///
/// It starts from git's present objects every time, so that a commit that edits a route in the middle of a rollout is
/// merged by itself, and so that nothing has to be remembered to take it all back.
///
/// - Returns: What the overlay does not concern, as it is; objects it adds at the end, labeled `martlet.dev/arm-of`.
/// - Throws: Where git's routes have come to say what cannot be merged.
package func overlaid(_ objects: [Object], _ overlay: RolloutOverlay, traffic: RolloutTraffic, workload: ObjectKey) throws(RolloutError)
    -> [Object]
{
    if overlay == .none { return objects }
    let wanted = Set(traffic.services)
    let present = objects.filter { wanted.contains($0.key) && serviceSelector($0) != nil }
    let keys = Set(present.map(\.key))
    let routes = Set(traffic.routes)
    if overlay.arms == nil, overlay.routes != .unchanged, !routes.isEmpty {
        throw RolloutError("routes cannot lead to arms that are not there", workload: workload)
    }
    let change = RouteChange(workload: workload, services: RoutedServices(Array(keys)), routes: overlay.routes)
    let companions = ArmCompanions(services: present.map(\.key), workload: workload)
    var result: [Object] = []
    var added: [Object] = []
    for object in objects {
        if keys.contains(object.key) {
            result.append(overlay.pin.map { pinned(object, to: $0) } ?? object)
            guard let arms = overlay.arms else { continue }
            for (arm, hash) in [(Arm.stable, arms.stable), (.next, arms.next)] {
                let isFound = overlay.pin.map { $0 != hash } ?? false
                if let service = armService(object, arm, hash: hash, workload: workload, isFound: isFound) { added.append(service) }
            }
        } else if overlay.routes != .unchanged, routes.contains(object.key), let router = router(of: object.groupKind),
            router.leads(object, to: change.services)
        {
            let changed = try router.overlaid(object, change)
            result += changed.prefix(1)
            added += changed.dropFirst()
        } else if overlay.arms != nil {
            let all = companions.of(object)
            result += all.prefix(1)
            added += all.dropFirst()
        } else {
            result.append(object)
        }
    }
    try refuseTakenNames(of: added, among: objects, workload: workload)
    return result + added
}

/// What a rollout adds must not hide an object of the user's.
private func refuseTakenNames(of added: [Object], among objects: [Object], workload: ObjectKey) throws(RolloutError) {
    var keys = Set(objects.map(\.key))
    for object in added where !keys.insert(object.key).inserted {
        throw RolloutError(
            "\(object.kind) \"\(object.name)\" is what a rollout would add for its arms, but the application has one of that name: rename it",
            workload: workload)
    }
}
