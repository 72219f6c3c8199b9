/// Why one value a person gave was refused.
///
/// `code` is stable and machine-readable (`invalid_format`, `too_long`, …); `message` is a sentence a person can act on
/// and never repeats the value.
public struct FieldFault: Error, Sendable, Equatable {
    public let code: String
    public let message: String

    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}
