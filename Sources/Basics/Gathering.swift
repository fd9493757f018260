/// Asks for each element, so many at once, and gives the answers in the elements' order.
///
/// The first that fails ends the others: without it there is no whole answer.
///
/// - Parameter width: questions under way; at least one.
package func gathered<Element: Sendable, Answer: Sendable, Failure: Error>(
    _ elements: some Sequence<Element>, atOnce width: Int, _ ask: @escaping @Sendable (Element) async throws(Failure) -> Answer
) async throws(Failure) -> [Answer] {
    let result: Result<[(index: Int, answer: Answer)], Failure> = await withTaskGroup(of: Result<(index: Int, answer: Answer), Failure>.self) { group in
        var open = Array(elements).enumerated().makeIterator()
        func next() {
            guard let (index, element) = open.next() else { return }
            group.addTask {
                do throws(Failure) {
                    return .success((index, try await ask(element)))
                } catch {
                    return .failure(error)
                }
            }
        }
        for _ in 0..<max(1, width) { next() }
        var answers: [(index: Int, answer: Answer)] = []
        while let result = await group.next() {
            switch result {
            case .success(let answer): answers.append(answer)
            case .failure(let failure):
                group.cancelAll()
                return .failure(failure)
            }
            next()
        }
        return .success(answers)
    }
    return try result.get().sorted { $0.index < $1.index }.map(\.answer)
}
