import Crypto
import FoundationEssentials

/// What is counted in `guess_counters` beside guesses and mails, as the digest under which it is.
struct CountedSubject: Sendable {
    let digest: [UInt8]

    /// A user's changes of their own profile.
    init(profileOf user: UUID, in tenant: UUID) {
        self.init("profile:\(user.lowercaseString)", in: tenant)
    }

    /// Events of a type about a session.
    init(_ type: AuditEventType, of session: UUID, in tenant: UUID) {
        self.init("event:\(type.rawValue):\(session.lowercaseString)", in: tenant)
    }

    private init(_ text: String, in tenant: UUID) {
        digest = Array(SHA256.hash(data: Array("\(tenant.lowercaseString):\(text)".utf8)))
    }
}
