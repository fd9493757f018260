import Basics
import Document
import HTTPTypes
import Kubernetes
import TestKit
import Testing

@testable import Server

/// What one caller may list is asked in few questions, and never many at once.
@Suite struct VisibilityTests {
    private final class Clerk: Authority {
        let asked = Locked<[String]>([])
        let (open, most) = (Locked(0), Locked(0))
        let delay: Duration
        let rule: @Sendable (GroupKind, String) throws(AccessError) -> Bool

        init(delay: Duration = .zero, _ rule: @escaping @Sendable (GroupKind, String) throws(AccessError) -> Bool) { (self.delay, self.rule) = (delay, rule) }

        func caller(token: String) async throws(AccessError) -> Caller? { Caller(name: token) }

        func isAllowed(_ caller: Caller, _ verb: AccessVerb, _ workload: GroupKind, namespace: String, name: String?) async throws(AccessError) -> Bool {
            asked.withLock { $0.append("\(workload.kind) \(namespace)") }
            let now = open.withLock { open in
                open += 1
                return open
            }
            most.withLock { $0 = max($0, now) }
            defer { open.withLock { $0 -= 1 } }
            if delay > .zero { try? await Task.sleep(for: delay) }
            return try rule(workload, namespace)
        }

        var admission: AccessControl.Admission { .init(caller: Caller(name: "ada"), authority: self) }
    }

    private static let keys = (0..<100).map { AutomationStage.key("x\($0)", namespace: "n\($0 % 40)", kind: $0 % 2 == 0 ? "Deployment" : "StatefulSet") }

    @Test func whoMayAllIsAskedOnce() async throws {
        let clerk = Clerk { _, _ in true }
        let visibility = try await Visibility.of(clerk.admission, among: Self.keys)
        #expect(Set(clerk.asked.withLock { $0 }) == ["Deployment ", "StatefulSet "] && clerk.asked.withLock { $0 }.count == 2)
        #expect(visibility.isWide && Self.keys.allSatisfy { visibility.sees($0) })
    }

    @Test func whoMaySome() async throws {
        let clerk = Clerk(delay: .milliseconds(2)) { kind, namespace in namespace == "n3" || namespace.isEmpty && kind.kind == "Deployment" }
        var visibility = try await Visibility.of(clerk.admission, among: Self.keys)
        #expect(Self.keys.allSatisfy { visibility.sees($0) == ($0.kind == "Deployment" || $0.namespace == "n3") })
        // Twenty namespaces have StatefulSets, after the two questions about all.
        #expect(clerk.asked.withLock { $0 }.count == 22 && Set(clerk.asked.withLock { $0 }.prefix(2)) == ["Deployment ", "StatefulSet "])
        #expect((2...4).contains(clerk.most.withLock { $0 }), "at once, and few")
        try await visibility.learn(of: Self.keys, clerk.admission)
        #expect(clerk.asked.withLock { $0 }.count == 22, "what is known is not asked again")
        try await visibility.learn(of: [AutomationStage.key("y", namespace: "new", kind: "StatefulSet")], clerk.admission)
        #expect(clerk.asked.withLock { $0 }.last == "StatefulSet new")
    }

    @Test func whoCannotBeTold() async throws {
        let clerk = Clerk { (_, namespace) throws(AccessError) in
            if namespace == "n7" { throw AccessError("no answer", advice: "try again") }
            return false
        }
        let failure = try await #require(throws: APIFailure.self) { _ = try await Visibility.of(clerk.admission, among: Self.keys) }
        #expect(failure.status == .serviceUnavailable)
    }

    /// The list of workloads asks the same way as everything else.
    @Test func workloads() async throws {
        let clerk = Clerk { _, _ in true }
        let answer = try await RouterCall(AutomationStage().daemon(access: AccessControl([clerk])))("GET", "/api/v1/workloads", token: "x")
        #expect(answer.value?["workloads"]?.sequence?.count == 2)
        #expect(clerk.asked.withLock { $0 }.allSatisfy { $0.hasSuffix(" ") }, "\(clerk.asked.withLock { $0 })")
    }
}
