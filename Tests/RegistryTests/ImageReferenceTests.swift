import Registry
import Testing

@Suite struct ImageReferenceTests {
    @Test func readsBackWhatItIs() {
        #expect(ImageReference(name: "nginx", tag: "1.25", digest: "sha256:ab").description == "nginx:1.25@sha256:ab")
    }
}
