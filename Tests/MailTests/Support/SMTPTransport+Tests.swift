import TestSupport
import Testing

@testable import Mail

extension SMTPTransport {
    /// One to a server of this machine, without TLS unless the URL has it otherwise.
    init(
        _ scheme: String = "smtp", user: String? = nil, password: String? = nil, host: String = "localhost", port: Int,
        _ query: String = "", caFile: String? = nil, patience: SMTPServer.Patience = SMTPServer.Patience()
    ) throws {
        let url = try SMTPURL("\(scheme)://\(user.map { "\($0)@" } ?? "")\(host):\(port)\(query)")
        let server = try SMTPServer(url, password: password.map { try SMTPPassword($0) }, caFile: caFile)
        self.init(server, patience: patience)
    }

    static func plain(_ port: Int, patience: SMTPServer.Patience = SMTPServer.Patience()) throws -> SMTPTransport {
        try SMTPTransport(port: port, "?starttls=off", patience: patience)
    }

    func fault(of message: MailMessage) async -> MailFault? {
        await #expect(throws: MailFault.self) { try await self.send(message) }
    }
}

/// What keeps a suite from running where no mail server can be started.
let needsMailServer = ConditionTrait.enabled(
    if: MailServer.isExpected, "aiosmtpd isn't installed (apt install python3-aiosmtpd)")
