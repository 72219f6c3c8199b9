public import ArgumentParser
import FoundationEssentials
public import Gatehouse

// A conformance of a public type is public itself, and so is what it is made of.

extension ReusePolicy: ExpressibleByArgument {}
extension SigningAlgorithm: ExpressibleByArgument {}
extension RotationUse: ExpressibleByArgument {}
extension EmailLogin: ExpressibleByArgument {}
extension MailKind: ExpressibleByArgument {}
extension KeyUse: ExpressibleByArgument {}
extension ImportState: ExpressibleByArgument {}
extension ImportFormat: ExpressibleByArgument {}

/// An id that an operator types, or copies from another command's answer.
enum IDArgument {
    /// Reads one; `kind` is what whoever typed something else is told that it isn't.
    static func of(_ kind: String = "id") -> @Sendable (String) throws -> UUID {
        { text in
            guard let id = UUID(uuidString: text) else { throw ValidationError("“\(text)” is no \(kind).") }
            return id
        }
    }
}
