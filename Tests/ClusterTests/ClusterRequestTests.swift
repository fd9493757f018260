import Document
import HTTP
import Kubernetes
import Testing

@testable import Cluster

@Suite struct ClusterRequestTests {
    private let deployment = Object([
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "front end", "namespace": "shop"],
    ])

    @Test func readingRequests() {
        let get = ClusterRequest.get(.deployments, namespace: "shop", name: "a/b", subresource: "scale")
        #expect(get.target == "/apis/apps/v1/namespaces/shop/deployments/a%2Fb/scale")
        #expect(get.repeatability == .safe)
        let list = ClusterRequest.list(
            .configMaps, scope: ListScope(labelSelector: "a in (b,c)"), limit: 5, continue: "x=y", resourceVersion: nil)
        #expect(list.target == "/api/v1/configmaps?labelSelector=a%20in%20%28b%2Cc%29&limit=5&continue=x%3Dy")
        let watch = ClusterRequest.watch(
            .configMaps, scope: ListScope(namespace: "shop", fieldSelector: "metadata.name=x"), from: "7", timeoutSeconds: 300)
        #expect(
            watch.target
                == "/api/v1/namespaces/shop/configmaps?watch=true&fieldSelector=metadata.name%3Dx&resourceVersion=7&allowWatchBookmarks=true&timeoutSeconds=300"
        )
    }

    @Test func writingRequests() throws {
        let object = try #require(deployment)
        let apply = ClusterRequest.apply(
            .deployments, object, fieldManager: "martlet", force: true, dryRun: true, fieldValidation: .strict)
        #expect(apply.method == "PATCH")
        #expect(
            apply.target
                == "/apis/apps/v1/namespaces/shop/deployments/front%20end?dryRun=All&fieldManager=martlet&force=true&fieldValidation=Strict"
        )
        #expect(apply.contentType == "application/apply-patch+yaml")
        #expect(apply.repeatability == .safe, "a dry run changes nothing")
        let create = ClusterRequest.create(.deployments, object, dryRun: false, fieldManager: "m")
        #expect(create.method == "POST")
        #expect(create.target == "/apis/apps/v1/namespaces/shop/deployments?fieldManager=m")
        #expect(create.repeatability == .once)
        let replace = ClusterRequest.replace(.deployments, object, subresource: "status", dryRun: false, fieldManager: "m")
        #expect(replace.method == "PUT")
        #expect(replace.path.hasSuffix("/deployments/front%20end/status"))
        #expect(replace.repeatability == .once)
    }

    @Test func whatMayBeSentTwice() throws {
        let object = try #require(deployment)
        var versioned = object
        versioned.value[path: "metadata", "resourceVersion"] = "4"
        func apply(_ object: Object) -> ClusterRequest.Repeatability {
            ClusterRequest.apply(
                .deployments, object, fieldManager: "m", force: false, dryRun: false, fieldValidation: .strict
            ).repeatability
        }
        #expect(apply(object) == .idempotent)
        #expect(apply(versioned) == .once)
        func patch(_ value: Value, _ type: PatchType) -> ClusterRequest.Repeatability {
            ClusterRequest.patch(
                .deployments, namespace: "n", name: "x", value, type: type, dryRun: false, fieldManager: "m"
            ).repeatability
        }
        #expect(patch(["spec": [:]], .merge) == .idempotent)
        #expect(patch([], .json) == .once)
        #expect(patch(["metadata": ["resourceVersion": "1"]], .merge) == .once)
    }

    @Test func deleting() {
        let request = ClusterRequest.delete(
            .configMaps, namespace: "shop", name: "x", uid: "u", resourceVersion: "3", propagation: .foreground,
            gracePeriodSeconds: 0)
        #expect(request.method == "DELETE")
        #expect(
            request.body == [
                "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground",
                "preconditions": ["uid": "u", "resourceVersion": "3"], "gracePeriodSeconds": 0,
            ])
        #expect(request.repeatability == .idempotent)
        let byName = ClusterRequest.delete(.configMaps, namespace: "shop", name: "x", propagation: .background)
        #expect(byName.repeatability == .once, "the second try may hit another object of that name")
        #expect(byName.body?["preconditions"] == nil)
    }

    @Test func headers() throws {
        let transport = ScriptedTransport([])
        let plain = client(transport, credentials: .basic(user: "ann", password: "pw"))
        let request = ClusterRequest("POST", "/x", body: [:])
        let message = try plain.httpRequest(request, timeout: nil, stallTimeout: .zero)
        #expect(message.headers["Authorization"] == "Basic YW5uOnB3")
        #expect(message.headers["Content-Type"] == "application/json")
        #expect(message.headers["Impersonate-User"] == nil)
        let other = plain.impersonating("system:serviceaccount:shop:deployer", groups: ["a", "b"])
        let impersonated = try other.httpRequest(request, timeout: nil, stallTimeout: .zero)
        #expect(impersonated.headers["Impersonate-User"] == "system:serviceaccount:shop:deployer")
        #expect(impersonated.headers.values("Impersonate-Group") == ["a", "b"])
    }
}
