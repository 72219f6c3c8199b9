/// What was given for a mail, or for how mail is sent, can't be taken. The message is a sentence that a person can act on; it
/// never repeats what was given, which may be a secret.
public struct MailValueFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
