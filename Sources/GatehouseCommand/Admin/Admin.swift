import ArgumentParser

struct Admin: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Administer tenants, users, sessions, keys, API clients, mail and webhooks.",
        discussion: """
            It works on the database of GATEHOUSE_OWNER_DATABASE_URL (else DATABASE_URL). Settings are read from the \
            environment; --help-hidden lists the flags of the same names.
            """,
        subcommands: [
            TenantCommands.self, UserCommands.self, SessionCommands.self, KeyCommands.self, JWSCommands.self,
            ClientCommands.self, MailCommands.self, WebhookCommands.self, AuditCommands.self, MasterKeyCommands.self,
        ])
}
