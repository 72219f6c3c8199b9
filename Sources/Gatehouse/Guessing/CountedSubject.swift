import Crypto
import FoundationEssentials

/// What is counted in `guess_counters`, as the digest under which it is. What somebody typed can't be read back from it.
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

    /// Mails of a kind to an address, which somebody asks for.
    init(mailsOf kind: MailKind, to address: String, in tenant: UUID) {
        self.init("mail:\(kind.rawValue):\(address.foldingASCIICase)", in: tenant)
    }

    /// What registrations of an address send there. Those asked for apart are counted apart: anybody may ask, also for an address that
    /// nobody has yet, whose owner would then get none.
    init(mailsOfRegistrationsOf address: String, in tenant: UUID) {
        self.init("mail:registration:\(address.foldingASCIICase)", in: tenant)
    }

    init(_ text: String, in tenant: UUID) {
        digest = Array(SHA256.hash(data: Array("\(tenant.lowercaseString):\(text)".utf8)))
    }
}
