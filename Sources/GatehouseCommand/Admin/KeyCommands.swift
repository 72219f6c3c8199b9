import ArgumentParser
import Gatehouse

struct KeyCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Signing keys of a tenant.",
        subcommands: [List.self, Rotate.self, Revoke.self, KeyImport.self, KeyExport.self])

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a tenant's keys, since when and until when each is used.")
        var changesNothing: Bool { true }

        @Argument var tenant: String
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .forecast(try await office.administration.listKeys(tenant: tenant))
        }
    }

    struct Rotate: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put the next key into use; what the retired one signed stays valid.")
        var needsMasterKey: Bool { true }

        @Argument var tenant: String
        @Option(help: "access, refresh or all.") var use: RotationUse = .access
        @Flag(help: "Revoke the retiring key at once: what it signed dies.") var emergency = false
        @Flag(help: "Rotate though clients may not have seen the next key yet.") var force = false
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .rotations(
                try await office.administration.rotateKeys(
                    tenant: tenant, use: use, emergency: emergency, force: force))
        }
    }

    struct Revoke: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Let a key verify nothing any more, at once.")
        var needsMasterKey: Bool { true }

        @Argument var tenant: String
        @Argument(help: "The key's id.") var kid: String
        @Flag(help: "Revoke it though it is the current one; the next takes over.") var force = false
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .key(try await office.administration.revokeKey(tenant: tenant, kid: kid, force: force))
        }
    }
}
