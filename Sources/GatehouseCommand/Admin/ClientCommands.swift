import ArgumentParser
import Gatehouse

struct ClientCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "API clients: programs that may ask what a token is worth, and revoke it.",
        subcommands: [Create.self, List.self, Delete.self])

    struct Create: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an API client and show its secret, this once.")

        @Argument var tenant: String
        @Option(help: "What it is called in lists.") var name: String
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .newClient(try await office.administration.createClient(tenant: tenant, name: name), of: tenant)
        }
    }

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "List a tenant's API clients, oldest first.")
        var changesNothing: Bool { true }

        @Argument var tenant: String
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .clients(try await office.administration.listClients(tenant: tenant))
        }
    }

    struct Delete: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Delete an API client: it is refused at once.")

        @Argument var tenant: String
        @Argument(help: "The client's id.") var client: String
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            let deleted = try await office.administration.deleteClient(tenant: tenant, id: client)
            return Answer(json: .object(deleted.json), text: "Deleted API client \(deleted.id.lowercaseString).")
        }
    }
}
