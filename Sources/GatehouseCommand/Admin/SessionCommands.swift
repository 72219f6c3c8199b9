import ArgumentParser
import Gatehouse

struct SessionCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "Live sessions.",
        subcommands: [List.self, Revoke.self, RevokeAll.self])

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "List a user's live sessions.")
        var changesNothing: Bool { true }

        @OptionGroup var target: UserTarget
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            let page = try await ListPage(upTo: ListSessions.most) {
                try await office.administration.listSessions(tenant: target.tenant, user: target.user, limit: $0)
            }
            return .sessions(page.elements).noting(page.note { _ in PageLimit.remedy(beyond: ListSessions.most) })
        }
    }

    struct Revoke: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "End one session.")

        @Argument var tenant: String
        @Argument(help: "The session's id.") var session: String
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            let ended = try await office.administration.revokeSession(tenant: tenant, id: session)
            return .session(ended, note: "Ended session")
        }
    }

    struct RevokeAll: AdminCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke-all", abstract: "End all sessions of a user, or of the whole tenant.")

        @Argument var tenant: String
        @Argument(help: "The user's id, email or username; without one everybody is signed out.") var user: String?
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            try confirmation.require("This signs out \(user ?? "every user") of the tenant \(tenant) everywhere.")
            let count = try await office.administration.revokeAllSessions(tenant: tenant, user: user)
            return Answer(json: ["revoked": .integer(count)], text: "Ended \(count) session\(count == 1 ? "" : "s").")
        }
    }
}
