import Document
import Kubernetes
import Testing

@testable import Cluster

@Suite struct ObjectIndexTests {
    private func make(
        _ name: String, _ version: String, uid: String? = nil, owner: String? = nil, application: String? = nil
    ) throws -> Object {
        var metadata = ""
        if let owner { metadata += #","ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"x","uid":"\#(owner)","controller":true}]"# }
        if let application { metadata += #","labels":{"martlet.dev/application":"\#(application)"}"# }
        return try object(configMap(name, version: version, uid: uid, metadata: metadata))
    }

    @Test func whatIsThereIsFound() throws {
        var index = ObjectIndex()
        let a = try make("a", "1", owner: "rs", application: "web"), b = try make("b", "2", application: "web")
        #expect(index.set(a) == true)
        #expect(index.set(b) == true)
        #expect(index[a.key] == a)
        #expect(index.owned(by: "rs") == [a])
        #expect(Set(index.of(application: "web")) == [a, b])
        #expect(index.key(uid: "b") == b.key)
        #expect(index.all(namespace: "shop").count == 2)
        #expect(index.all(namespace: "other").isEmpty)
        #expect(index.count == 2)
    }

    @Test func indexesFollowChanges() throws {
        var index = ObjectIndex()
        index.set(try make("a", "1", owner: "rs", application: "web"))
        let moved = try make("a", "2", owner: "rs2", application: "api")
        #expect(index.set(moved) == true)
        #expect(index.owned(by: "rs").isEmpty && index.of(application: "web").isEmpty)
        #expect(index.owned(by: "rs2") == [moved] && index.of(application: "api") == [moved])
        #expect(index.remove(moved) == true)
        #expect(index.owned(by: "rs2").isEmpty && index.of(application: "api").isEmpty && index.key(uid: "a") == nil)
        #expect(index.all().isEmpty && index.count == 0)
    }

    @Test func theNewerWins() throws {
        var index = ObjectIndex()
        let ten = try make("a", "10")
        index.set(ten)
        #expect(index.set(try make("a", "9")) == false)
        #expect(index.set(ten) == false, "the same is no change")
        #expect(index[ten.key] == ten)
        // Made anew under the same name; then late news of the old one.
        let again = try make("a", "12", uid: "second")
        #expect(index.set(again) == true)
        #expect(index.set(try make("a", "11")) == false)
        #expect(index.remove(try make("a", "11")) == false, "the deletion of the one before")
        #expect(index[ten.key] == again)
        #expect(index.remove(try make("a", "13", uid: "second")) == true)
    }

    @Test func aListReplaces() throws {
        var index = ObjectIndex()
        let a = try make("a", "1"), b = try make("b", "2"), c = try make("c", "3"), late = try make("late", "50")
        for object in [a, b, late] { index.set(object) }
        let newB = try make("b", "4")
        let changed = index.replace([a, newB, c], keepingNewerThan: "20")
        #expect(changed == [b.key, c.key], "what is the same is not named; what is newer than the list stays")
        #expect(index[late.key] == late)
        #expect(index.replace([a], keepingNewerThan: "60") == [b.key, c.key, late.key])
        #expect(index.count == 1)
    }

    @Test func aListFromThePastReplacesAllTheSame() throws {
        var index = ObjectIndex()
        let a = try make("a", "30"), b = try make("b", "31")
        index.set(a)
        index.set(b)
        let old = try make("a", "3")
        #expect(index.replace([old], keepingNewerThan: nil) == [a.key, b.key])
        #expect(index[a.key] == old)
        #expect(index.count == 1)
    }
}
