import Logging
import Mail
import Synchronization
import Testing

@testable import Gatehouse

/// What a service sends, kept for whoever it is for.
final class Postbox: MailTransport {
    private let sent = Mutex<[MailMessage]>([])

    func send(_ message: MailMessage) async throws(MailFault) {
        sent.withLock { $0.append(message) }
    }

    /// The newest mail to an address.
    fileprivate func newest(to address: String) -> MailMessage? {
        sent.withLock { sent in sent.last { $0.to.text == address } }
    }
}

/// What somebody finds in a mail.
struct Letter: Sendable {
    let token: String?
    let code: String?
}

extension TestTenant {
    /// The newest mail to an address, once everything that is due has been sent: nil when there is none.
    func letterIfAny(to address: String) async throws -> Letter? {
        let postbox = Postbox()
        let deliver = DeliverMail(
            database: Database(pool: service.pool), secrets: service.secrets, publicURL: "https://login.example",
            transports: [postbox], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await deliver.sendAllDue()
        return postbox.newest(to: address).map { mail in
            Letter(
                token: mail.text.firstMatch(of: #/[a-z]{3}_[A-Za-z0-9_-]{43}/#).map { String($0.0) },
                code: mail.text.firstMatch(of: #/(?m)^\d{8}$/#).map { String($0.0) })
        }
    }

    func letter(to address: String) async throws -> Letter {
        try #require(try await letterIfAny(to: address))
    }

    func post(_ path: String, _ body: JSON, _ headers: [String: String] = [:]) async throws -> Reply {
        try await send("POST", path, headers, json: body)
    }

    /// Asks for a mail, which is answered in one way only.
    func request(_ path: String, _ email: String) async throws {
        let reply = try await post(path, ["email": .string(email)])
        #expect(reply.status == 202, "\(reply)")
        #expect(try reply.json == [:])
    }
}
