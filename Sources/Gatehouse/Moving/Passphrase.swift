/// What the keys in a tenant's file are sealed under: chosen by the operator, and told to nobody but the other side.
public struct Passphrase: Sendable, Redacted {
    /// Whoever has the file may try as many as they like, so it must be longer than a password.
    static let shortest = 12

    private let text: Password

    /// Throws `too_short` below 12 characters, and what `Password` throws.
    public init(_ text: String) throws(FieldFault) {
        self.text = try Password(text)
        guard self.text.length >= Self.shortest else {
            throw FieldFault(
                code: "too_short",
                message:
                    "A passphrase has at least \(Self.shortest) characters; `openssl rand -base64 32` makes a good one."
            )
        }
    }

    /// A mutable copy of the UTF-8, wiped when `body` returns.
    func withBytes<Value, Failure: Error>(
        _ body: (inout [UInt8]) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try text.withBytes(body)
    }
}
