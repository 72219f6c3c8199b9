/// Hands mails to a mail server over SMTP (RFC 5321), one after the other, by libcurl.
///
/// The connection is made with the first mail, kept for the next and closed when none comes. Whoever waits for a mail holds up no
/// thread but the transport's own.
public actor SMTPTransport: MailTransport {
    private nonisolated let executor = BlockingExecutor("gatehouse.mail.smtp")
    private let server: SMTPServer
    private let patience: SMTPServer.Patience
    private var session: CurlSession?
    private var leaving: Task<Void, Never>?

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - password: That of the user whom the URL names.
    ///   - caFile: Certificates to trust instead of the system's, in PEM form. Read here, to see that there are some, and with each
    ///     connection anew.
    public init(_ url: SMTPURL, password: SMTPPassword? = nil, caFile: String? = nil) throws(MailValueFault) {
        self.init(try SMTPServer(url, password: password, caFile: caFile), patience: SMTPServer.Patience())
    }

    init(_ server: SMTPServer, patience: SMTPServer.Patience) {
        self.server = server
        self.patience = patience
    }

    deinit { leaving?.cancel() }

    public func send(_ message: MailMessage) async throws(MailFault) {
        let cancellation = Cancellation()
        let fault = await withTaskCancellationHandler {
            deliver(message, cancellation)
        } onCancel: {
            cancellation.raise()
        }
        if let fault { throw fault }
    }

    /// Blocks, and never suspends: no mail comes between the commands of another.
    private func deliver(_ message: MailMessage, _ cancellation: Cancellation) -> MailFault? {
        leaving?.cancel()
        guard !cancellation.isRaised else { return .cancelled }
        var outcome = attempt(message, cancellation)
        if outcome.wasStale { outcome = attempt(message, cancellation) }
        if session != nil { leaveWhenIdle() }
        return outcome.fault
    }

    private func attempt(_ message: MailMessage, _ cancellation: Cancellation) -> CurlOutcome {
        guard let session = session ?? CurlSession() else { return .noSession }
        let outcome = session.send(message, by: server, patience: patience, cancellation: cancellation)
        // What a failure leaves of a connection is not worth knowing.
        self.session = outcome.fault == nil ? session : nil
        return outcome
    }

    private func leaveWhenIdle() {
        leaving = Task { [weak self, patience] in
            do { try await Task.sleep(for: patience.idle) } catch { return }
            await self?.leave()
        }
    }

    private func leave() {
        // The mail that came meanwhile has asked for another time.
        if !Task.isCancelled { session = nil }
    }
}
