import FoundationEssentials
import Postgres

extension Administration {
    /// Sets a tenant's wording of a kind of mail, for one locale or for all that have none of their own.
    ///
    /// Throws `invalidSetting` for wording that is no mustache, or more of it than is taken, that names a variable which there isn't, or
    /// that shows neither link, code nor token in a mail that is about one.
    public func setMailTemplate(
        tenant slug: String, kind: MailKind, locale: MailLocale?, subject: String, text: String, html: String?
    ) async throws -> MailTemplate {
        let template = MailTemplate(
            kind: kind, locale: locale?.text ?? "", subject: subject, text: text, html: html)
        do throws(FieldFault) { try template.check() } catch { throw Refusal.invalidSetting(error.message) }
        return try await changing(slug) { transaction, tenant in
            _ = try await transaction.execute(MailTemplateStatements.set, (tenant: tenant.id, template: template))
            try await record(
                .mailTemplateSet, in: transaction, tenant: tenant.id,
                detail: ["kind": .string(kind.rawValue), "locale": .string(template.locale)])
            return template
        }
    }

    /// The wording that a tenant has of its own.
    public func listMailTemplates(tenant slug: String) async throws -> [MailTemplate] {
        let tenant = try await showTenant(slug)
        return try await database.query(MailTemplateStatements.list, tenant.id, in: tenant.id)
    }

    /// Goes back to what is sent without wording of one's own. Throws `mailTemplateNotFound`.
    public func deleteMailTemplate(tenant slug: String, kind: MailKind, locale: MailLocale?) async throws {
        try await changing(slug) { transaction, tenant in
            let removed = try await transaction.execute(
                MailTemplateStatements.delete, (tenant: tenant.id, kind: kind, locale: locale?.text ?? ""))
            guard removed == 1 else { throw Refusal.mailTemplateNotFound }
            try await record(
                .mailTemplateDeleted, in: transaction, tenant: tenant.id, detail: ["kind": .string(kind.rawValue)])
        }
    }
}

enum MailTemplateStatements {
    static let set = Statement<(tenant: UUID, template: MailTemplate), Void>(
        """
        insert into mail_templates (tenant_id, kind, locale, subject, text, html) values ($1, $2, $3, $4, $5, $6)
        on conflict (tenant_id, kind, locale)
            do update set subject = excluded.subject, text = excluded.text, html = excluded.html, updated_at = now()
        """,
        bind: {
            let template = $0.template
            return (
                $0.tenant, template.kind.rawValue, template.locale, template.subject, template.text, template.html
            )
        })

    static let list = Statement<UUID, MailTemplate>(
        "select kind, locale, subject, text, html from mail_templates where tenant_id = $1 order by kind, locale",
        bind: { $0 }, row: MailTemplate.init(kind:locale:subject:text:html:))

    static let delete = Statement<(tenant: UUID, kind: MailKind, locale: String), Void>(
        "delete from mail_templates where tenant_id = $1 and kind = $2 and locale = $3",
        bind: { ($0.tenant, $0.kind.rawValue, $0.locale) })
}
