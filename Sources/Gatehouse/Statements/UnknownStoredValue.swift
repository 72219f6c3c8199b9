/// A row holds a value this program doesn't know: it was written by a newer one, or by hand.
struct UnknownStoredValue: Error {
    let column: String
}
