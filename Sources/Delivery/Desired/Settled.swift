/// Renders with what charts made up before; where they make up something new, renders once more with that: what is kept
/// takes no random numbers, so that what comes after it is as in every later render.
///
/// - Parameter render: what is wanted, and all that its chart made up (keys, random texts, the time of the first render).
/// - Returns: what is wanted, and all that is to be kept.
package func settled<Made, Failure: Error>(
    _ context: RenderContext, _ render: (RenderContext) throws(Failure) -> (made: Made, generated: [String: String])
) throws(Failure) -> (made: Made, generated: [String: String]) {
    var context = context
    let first = try render(context)
    let known = context.release.generated
    // What failed tells nothing of what was made up before.
    context.release.generated.merge(first.generated) { $1 }
    // The time is the context's either way.
    guard first.generated.contains(where: { $0.key != "now" && known[$0.key] == nil }) else { return (first.made, context.release.generated) }
    return (try render(context).made, context.release.generated)
}
