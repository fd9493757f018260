import Document
import Kubernetes
import Testing

@Suite struct QuantityTests {
    @Test(arguments: [
        ("1000m", "1"), ("1500m", "1500m"), ("0.5", "500m"), ("2048Mi", "2Gi"), ("1536Mi", "1536Mi"), ("1024Ki", "1Mi"),
        ("100Ki", "100Ki"), ("0.5Gi", "512Mi"), ("1e3", "1e3"), ("1000", "1k"), ("1000k", "1M"), ("0", "0"), ("-1500m", "-1500m"),
        ("1E", "1E"), ("12e6", "12e6"), ("0.1n", "1n"), ("+3", "3"), ("500Mi", "500Mi"), (".5", "500m"), ("5.", "5"), ("0.5Ki", "512"),
        ("1E3", "1e3"), ("9223372036854775807", "9223372036854775807"), ("1Ei", "1Ei"),
    ])
    func canonical(text: String, expected: String) {
        #expect(Quantity(text)?.canonical == expected)
    }

    @Test(arguments: [("1000m", "1"), ("2048Mi", "2Gi"), ("1", "1.0"), ("1e3", "1k"), ("0", "0Mi")])
    func equal(left: String, right: String) {
        #expect(Quantity(left) == Quantity(right))
    }

    @Test(arguments: [("999m", "1"), ("1M", "1Mi"), ("-1", "0")])
    func ordered(left: String, right: String) throws {
        #expect(try #require(Quantity(left)) < #require(Quantity(right)))
    }

    @Test(arguments: ["", "x", "1x", "1.2.3", "--1", "Mi", "1 Gi", "1mi", "1e", "1e999", "."])
    func refused(text: String) {
        #expect(Quantity(text) == nil)
    }

    @Test func numbers() {
        #expect(Quantity(.int(2))?.milli == 2000)
        #expect(Quantity(.double(0.25))?.milli == 250)
        #expect(Quantity("1500m")?.whole == 2)
        #expect(Quantity("99999999999999999999999999999999")?.whole == .max)
        #expect(Quantity(.bool(true)) == nil)
    }
}
