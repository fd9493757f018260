internal import Basics

/// All that happened, counted.
struct TrafficLedger: Sendable {
    private(set) var report = TrafficReport()
    private(set) var flows: [TrafficFlow: LatencyCounts] = [:]

    mutating func enter(_ outcome: TrafficOutcome, client: String) {
        let arrival = outcome.arrival
        report.sent += 1
        report.byRule[outcome.rule, default: 0] += 1
        report.byStatus[arrival.status, default: 0] += 1
        flows[TrafficFlow(outcome, arrival), default: LatencyCounts()].add(arrival.latency)
        if let loss = arrival.loss {
            report.lost += 1
            report.lostBy[loss, default: 0] += 1
            complain("\(loss.rawValue): \(outcome.rule)", arrival)
        } else if let pod = arrival.pod {
            report.byHash[pod.hash, default: 0] += 1
            report.byClient[client, default: [:]][pod.hash, default: 0] += 1
        }
        if arrival.isWrongArm {
            report.wrongArm += 1
            complain("wrong arm: \(outcome.rule)", arrival)
        }
        if arrival.isOffPin { report.offPin += 1 }
        for mirror in outcome.mirrors {
            flows[TrafficFlow(outcome, mirror, isMirror: true), default: LatencyCounts()].add(mirror.latency)
            if mirror.loss == nil, let pod = mirror.pod { report.mirrored[pod.hash, default: 0] += 1 } else { report.mirrorsLost += 1 }
        }
    }

    private mutating func complain(_ what: String, _ arrival: TrafficOutcome.Arrival) {
        guard report.complaints.count < 20 else { return }
        let place = [arrival.service.map { "Service \($0)" }, arrival.pod.map { "pod \($0.name) of \"\($0.hash)\"" }].compactMap { $0 }
        report.complaints.append(([what] + place).joined(separator: ", "))
    }

    func metrics(_ options: TrafficOptions) -> [MetricFamily] {
        trafficMetrics(flows, gateway: options.gateway, ingress: options.ingress)
    }
}
