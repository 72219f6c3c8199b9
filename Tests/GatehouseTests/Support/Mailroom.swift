import FoundationEssentials
import Logging
import Mail
import Synchronization
import TestSupport

@testable import Gatehouse

/// Keeps what is sent instead of sending it, or refuses it as it is told to.
final class Mailroom: MailTransport {
    private struct State {
        var sent: [MailMessage] = []
        var faults: [MailFault] = []
    }

    private let state = Mutex(State())

    var sent: [MailMessage] { state.withLock { $0.sent } }

    /// The next mails meet these, one each.
    func refuse(_ faults: MailFault...) {
        state.withLock { $0.faults += faults }
    }

    func send(_ message: MailMessage) async throws(MailFault) {
        let fault: MailFault? = state.withLock { state in
            guard state.faults.isEmpty else { return state.faults.removeFirst() }
            state.sent.append(message)
            return nil
        }
        if let fault { throw fault }
    }
}

extension Installation {
    var secrets: OneTimeSecrets { OneTimeSecrets(sealer.keys) }

    /// An instance's part that sends mails.
    func deliverer(
        to mailroom: Mailroom, connections: Int = 1, clock: Clock = .system, database: Database? = nil,
        log: any LogHandler = SwiftLogNoOpLogHandler(), upkeep: UpkeepMetrics = UpkeepMetrics(.mail)
    ) -> DeliverMail {
        DeliverMail(
            database: database ?? serviceDatabase, secrets: secrets, publicURL: administration.publicURL,
            transports: Array(repeating: mailroom, count: connections),
            logger: Logger(label: "tests") { _ in log }, clock: clock, upkeep: upkeep)
    }

    /// Queues a mail as a request would; its id.
    @discardableResult
    func enqueue(
        _ kind: MailKind, to recipient: String = "ada@example.com", user: UUID? = nil, locale: String? = nil,
        detail: JSONObject = [:], in tenant: ServedTenant
    ) async throws -> UUID {
        let mail = NewMail(
            id: administration.identifiers.next(), tenant: tenant.tenant.id, user: user, kind: kind,
            recipient: recipient, locale: locale.flatMap { MailLocale($0) }, detail: detail)
        _ = try await serviceDatabase.execute(MailStatements.enqueue, mail, in: tenant.tenant.id)
        return mail.id
    }

    /// As if whatever is queued had been asked for so many seconds earlier.
    func ageMails(by seconds: Double) async throws {
        try await asSuperuser("update mails set created_at = created_at - interval '\(seconds) s'")
    }

    /// Lets whatever was put off be due at once.
    func makeDue() async throws {
        try await asSuperuser("update deliveries set due_at = now()")
    }
}
