/// Go's complex128, which the language has constants of (`1i`). All it can do is be printed.
final class ComplexNumber: DatumObject, Sendable, Equatable {
    let real: Double
    let imaginary: Double

    init(real: Double, imaginary: Double) {
        self.real = real
        self.imaginary = imaginary
    }

    var typeName: String { "complex128" }
    var kind: String { "complex128" }
    var isTrue: Bool { real != 0 || imaginary != 0 }

    var printed: String {
        let second = goFormat(imaginary)
        return "(\(goFormat(real))\(second.hasPrefix("-") || second.hasPrefix("+") ? "" : "+")\(second)i)"
    }

    func member(_ name: String) -> DatumMember? { nil }

    static func == (one: ComplexNumber, other: ComplexNumber) -> Bool {
        one.real == other.real && one.imaginary == other.imaginary
    }
}
