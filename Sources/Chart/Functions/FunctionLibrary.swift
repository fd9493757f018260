internal import Basics
package import Template

/// Everything a chart's template may call: Go's own functions, Sprig 3.3's and Helm 4.2's.
package enum FunctionLibrary {
    static func table(_ environment: RenderEnvironment) -> FunctionTable {
        var table = FunctionTable()
        table.registerStrings()
        table.registerLists()
        table.registerDicts()
        table.registerMath()
        table.registerDefaults()
        table.registerRegularExpressions()
        table.registerEncodings()
        table.registerPaths()
        table.registerVersions()
        table.registerURLs()
        table.registerDates(environment.now)
        table.registerRandom(environment.random)
        table.registerCryptography(environment.random)
        table.registerCertificates(environment)
        table.registerHelm(environment)
        table.weighCalls()
        return table
    }

    /// The names of all of them, the same for every render.
    package static let names = FunctionNames(
        table(RenderEnvironment(now: Timestamp(milliseconds: 0), random: RandomSource(seed: 0))).names)
}
