import Testing

@testable import Basics

@Suite struct PercentEncodingTests {
    @Test(arguments: [("a-._~Z9", "a-._~Z9"), ("a b/c?&=+%", "a%20b%2Fc%3F%26%3D%2B%25"), ("\u{1}ü🚀", "%01%C3%BC%F0%9F%9A%80"), ("", "")])
    func encodes(_ text: String, _ wanted: String) {
        #expect(percentEncoded(text) == wanted)
        #expect(percentDecoded(wanted) == text)
    }

    @Test(arguments: [("%41%4", "A%4"), ("%zz%+1%-1%", "%zz%+1%-1%"), ("%25%32%35", "%25"), ("a+b", "a+b"), ("%e2%9C%93", "✓")])
    func decodes(_ text: String, _ wanted: String) { #expect(percentDecoded(text) == wanted) }

    @Test func spacesOfForms() { #expect(percentDecoded("a+b%2Bc", plusIsSpace: true) == "a b+c") }
}
