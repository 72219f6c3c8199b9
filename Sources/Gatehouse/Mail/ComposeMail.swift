import FoundationEssentials
import Mail

/// Makes the message of a queued mail: its token, its wording, its sender.
struct ComposeMail: Sendable {
    let database: Database
    let issue: IssueOneTimeToken
    let publicURL: String
    let clock: Clock

    /// Nil for a mail that there is no reason to send any more.
    func callAsFunction(_ mail: QueuedMail, in tenant: Tenant) async throws -> MailMessage? {
        guard let purpose = mail.kind.purpose else { return try await message(mail, in: tenant, nil) }
        guard let issued = try await issue(for: mail, purpose: purpose, in: tenant) else { return nil }
        var mail = mail
        // As its owner gave it, not as whoever asked typed it: a mail server may tell upper from lower case.
        if mail.kind.isToOwnAddress { mail.recipient = issued.user.email }
        return try await message(mail, in: tenant, issued)
    }

    private func message(
        _ mail: QueuedMail, in tenant: Tenant, _ issued: IssuedOneTimeToken?
    ) async throws -> MailMessage {
        let sender = try sender(of: tenant)
        let values = values(mail, tenant, issued)
        let rendered = try await template(of: mail, in: tenant).rendered(values)
        // Wording whose variables are all absent here must not keep the mail from going out.
        let subject =
            rendered.subject.isEmpty ? try MailTemplate.standard(mail.kind).rendered(values).subject : rendered.subject
        return try MailMessage(
            from: sender, to: MailAddress(mail.recipient), subject: subject, text: rendered.text,
            html: rendered.html, messageID: MessageID("\(mail.id.lowercaseString)@\(sender.address.domain)"),
            date: clock.now())
    }

    private func template(of mail: QueuedMail, in tenant: Tenant) async throws -> MailTemplate {
        let locales = (mail.locale?.lookUpOrder ?? []) + [""]
        return try await database.first(MailStatements.template, (tenant.id, mail.kind, locales), in: tenant.id)
            ?? .standard(mail.kind)
    }

    private func values(
        _ mail: QueuedMail, _ tenant: Tenant, _ issued: IssuedOneTimeToken?
    ) -> [String: Mustache.Value] {
        var values: [String: Mustache.Value] = [
            "app": .text(tenant.name), "email": .text(mail.recipient), "has_link": .flag(issued?.token != nil),
        ]
        for member in mail.detail.members { values[member.name] = member.value.stringValue.map(Mustache.Value.text) }
        if let issued, let token = issued.token {
            // Where the tenant has said no address, there is nothing that a link could lead to: not the Host header of a request.
            if let page = tenant.settings.appURL {
                values["link"] = .text("\(page)?token=\(token.text)")
            } else {
                values["token"] = .text(token.text)
            }
            if issued.tokenMinutes > 0 { values["link_minutes"] = .number(issued.tokenMinutes) }
            if issued.tokenMinutes >= 120 { values["link_hours"] = .number(issued.tokenMinutes / 60) }
        }
        if let issued, let code = issued.code {
            values["code"] = .text(code.digits)
            values["code_minutes"] = .number(issued.codeMinutes)
        }
        return values
    }

    /// The tenant's mailbox, or one at the host of the service, which is at least true.
    private func sender(of tenant: Tenant) throws(MailValueFault) -> Mailbox {
        if let mailbox = tenant.settings.mailFrom { return try Mailbox(mailbox) }
        let host = publicURL.drop { $0 != "/" }.drop { $0 == "/" }.prefix { $0 != ":" }
        if let own = try? MailAddress("no-reply@\(host)") { return try Mailbox(address: own) }
        return try Mailbox(address: MailAddress("no-reply@gatehouse.localhost"))
    }
}
