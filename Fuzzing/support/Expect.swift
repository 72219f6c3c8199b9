/// Ends the process unless the condition holds. Dying is how a target tells libFuzzer, which then keeps the input.
func expect(_ condition: Bool, _ promise: @autoclosure () -> String) {
    guard condition else { fatalError(promise()) }
}

/// Ends the process unless the body throws exactly this error.
func expect<Value, Fault: Error & Equatable>(
    _ promise: String, throws expected: Fault, _ body: () throws(Fault) -> Value
) {
    do throws(Fault) {
        _ = try body()
    } catch {
        return expect(error == expected, "\(promise), but the error is \(error)")
    }
    expect(false, "\(promise), but nothing was thrown")
}
