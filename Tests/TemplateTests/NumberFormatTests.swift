import Testing

@testable import Template

/// Doubles as Go's strconv writes them.
@Suite struct NumberFormatTests {
    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0"), (3, "3"), (1.5, "1.5"), (999_999, "999999"), (1_000_000, "1e+06"), (12_345_678, "1.2345678e+07"),
        (0.0001, "0.0001"), (0.00001, "1e-05"), (1e100, "1e+100"), (.leastNonzeroMagnitude, "5e-324"), (-7.25, "-7.25"), (123_456.7, "123456.7"),
        (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
    ] as [(Double, String)])
    func shortest(_ value: Double, _ text: String) {
        #expect(goFormat(value) == text)
        #expect(Datum.float(value).printed == text)
    }

    @Test(arguments: [
        (0.1, "f", 20, "0.10000000000000000555"), (2.5, "f", 0, "2"), (3.5, "f", 0, "4"), (1.005, "f", 2, "1.00"),
        (1e22, "f", 0, "10000000000000000000000"), (1e-10, "f", 3, "0.000"), (9.999, "f", 2, "10.00"), (0.5, "f", 0, "0"),
        (0.06, "f", 1, "0.1"), (314.159, "e", 3, "3.142e+02"), (0, "e", 2, "0.00e+00"), (99.99, "e", 1, "1.0e+02"),
        (1_234_567, "g", 3, "1.23e+06"), (1_234_567, "g", 10, "1234567"), (.leastNonzeroMagnitude, "e", 3, "4.941e-324"),
        (1.7976931348623157e308, "e", 5, "1.79769e+308"), (1.5, "x", -1, "0x1.8p+00"), (1.5, "b", -1, "6755399441055744p-52"),
        (1_000_000, "f", -1, "1000000"), (0.000001, "f", -1, "0.000001"),
    ] as [(Double, Character, Int, String)])
    func withPrecision(_ value: Double, _ format: Character, _ precision: Int, _ text: String) {
        #expect(goFormat(value, format, precision: precision) == text)
    }
}
