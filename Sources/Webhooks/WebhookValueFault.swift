/// What was given for a webhook can't be taken. The message is a sentence that a person can act on; it never repeats what was
/// given, which may be a secret.
public struct WebhookValueFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
