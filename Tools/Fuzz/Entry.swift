import Glibc

// libFuzzer brings `main`; it calls these two (llvm.org/docs/LibFuzzer.html).

/// The target this program is, by its name: "fuzz-set" runs `SetTarget`.
private nonisolated(unsafe) var target: any FuzzTarget.Type = SyntaxTarget.self

/// Chooses the target. With the arguments `seeds FOLDER TABLE…` it writes the
/// target's seeds and dictionary instead, and ends.
@_cdecl("LLVMFuzzerInitialize")
func initialize(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
    let words = (0..<Int(count.pointee)).compactMap { arguments.pointee[$0].map { String(cString: $0) } }
    let name = words.first?.split(separator: "/").last?.split(separator: "-").last ?? ""
    guard let found = allTargets.first(where: { $0.name == name }) else {
        print("no target \"\(name)\"; there are: \(allTargets.map { $0.name }.joined(separator: ", "))")
        exit(2)
    }
    target = found
    if words.count > 2, words[1] == "seeds" {
        do {
            try Seeds(tables: words.dropFirst(3)).write(found, to: words[2])
            exit(0)
        } catch {
            print("cannot write seeds: \(error)")
            exit(1)
        }
    }
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}
