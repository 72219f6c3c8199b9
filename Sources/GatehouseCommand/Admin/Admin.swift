import ArgumentParser

struct Admin: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Administer tenants, users, sessions and keys.",
        subcommands: [
            TenantCommands.self, UserCommands.self, SessionCommands.self, KeyCommands.self, JWSCommands.self,
            MasterKeyCommands.self,
        ])
}
