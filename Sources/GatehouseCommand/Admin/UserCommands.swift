import ArgumentParser
import FoundationEssentials
import Gatehouse

struct UserCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Users of a tenant.",
        subcommands: [
            UserCreate.self, List.self, Show.self, UserUpdate.self, Enable.self, Disable.self, Delete.self,
            SetClaims.self, UserImport.self,
        ])

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "List users by id, a page at a time.")
        var changesNothing: Bool { true }

        @Argument var tenant: String
        @Option(help: "Users on the page, 1 to 1000.") var limit = 100
        @Option(help: "Begin behind the user of this id.", transform: IDArgument.of("id of a user")) var after: UUID?
        @OptionGroup var options: AdminOptions

        func validate() throws {
            try PageLimit.check(limit)
        }

        func perform(in office: AdminOffice) async throws -> Answer {
            let page = try await ListPage(upTo: limit) {
                try await office.administration.listUsers(tenant: tenant, limit: $0, after: after)
            }
            return .users(page.elements).noting(
                page.note { last in "--after \(last.id.lowercaseString) goes on behind them" })
        }
    }

    struct Show: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Show a user.")
        var changesNothing: Bool { true }

        @OptionGroup var target: UserTarget
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .user(try await office.administration.showUser(tenant: target.tenant, user: target.user))
        }
    }

    struct Enable: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Let a disabled user sign in again.")

        @OptionGroup var target: UserTarget
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .user(try await office.administration.enableUser(tenant: target.tenant, user: target.user))
        }
    }

    struct Disable: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "End a user's sessions and let them in no more.")

        @OptionGroup var target: UserTarget
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .user(try await office.administration.disableUser(tenant: target.tenant, user: target.user))
        }
    }

    struct Delete: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a user.")

        @OptionGroup var target: UserTarget
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            let user = try await office.administration.deleteUser(tenant: target.tenant, user: target.user)
            return Answer(json: user.json, text: "Deleted user \(user.email).")
        }
    }

    struct SetClaims: AdminCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-claims", abstract: "Replace the claims merged into a user's access tokens.")

        @OptionGroup var target: UserTarget
        @Argument(help: "A JSON object, such as '{\"roles\":[\"admin\"]}'.") var json: String
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .user(try await office.administration.setClaims(tenant: target.tenant, user: target.user, json: json))
        }
    }
}

/// A user of a tenant, as arguments.
struct UserTarget: ParsableArguments {
    @Argument var tenant: String
    @Argument(help: "The user's id, email or username.") var user: String
}
