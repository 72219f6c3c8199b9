/// An address as somebody typed it to name an account: looked up and counted as the same, whatever surrounds it.
public struct TypedEmail: Sendable {
    let text: String

    public init(_ text: String) {
        self.text = String(text.trimmingASCIISpace())
    }

    /// What addresses are compared by.
    var key: String { text.foldingASCIICase }
}
