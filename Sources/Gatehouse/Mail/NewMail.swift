import FoundationEssentials
import Postgres

/// A mail about to be queued, in the transaction of what it tells of.
///
/// It holds no token: that is made when the mail is sent, so that the queue is worth nothing to who reads it, and so that whoever asks
/// for a mail waits as long for an address that nobody has as for one that somebody has.
struct NewMail: Sendable {
    let id: UUID
    let tenant: UUID
    /// Nil where the recipient's address says who it is, which is looked up when the mail is sent.
    let user: UUID?
    let kind: MailKind
    let recipient: String
    /// The language its reader would like, if they have said so.
    let locale: MailLocale?
    var detail: JSONObject = [:]
}

/// A queued mail as the database has it.
struct QueuedMail: Sendable {
    let id: UUID
    let user: UUID?
    let kind: MailKind
    var recipient: String
    let locale: MailLocale?
    let detail: JSONObject
    /// Until when it is worth sending, by this machine's steady clock and the age that the database says it has: what time it is here
    /// may not be what time it is there.
    let worthUntil: ContinuousClock.Instant
    /// Whether its token has been made by an earlier attempt.
    let isIssued: Bool
}
