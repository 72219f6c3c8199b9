import ArgumentParser
import FoundationEssentials
import Gatehouse

struct MailCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Mails that haven't been sent, and what mails say.",
        subcommands: [List.self, Retry.self, MailTemplateCommands.self])

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a tenant's waiting mails and dead letters, oldest first.")
        var changesNothing: Bool { true }

        @Argument var tenant: String
        @Option(help: "Mails on the list, 1 to 1000.") var limit = 100
        @OptionGroup var options: AdminOptions

        func validate() throws {
            try PageLimit.check(limit)
        }

        func perform(in office: AdminOffice) async throws -> Answer {
            let page = try await ListPage(upTo: limit) {
                try await office.administration.listMail(tenant: tenant, limit: $0)
            }
            return .mails(page.elements).noting(page.note { _ in PageLimit.remedy(beyond: limit) })
        }
    }

    struct Retry: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Queue dead letters again: all of a tenant's, or the one named.")

        @Argument var tenant: String
        @Argument(help: "A dead letter's id.", transform: IDArgument.of("id of a mail")) var id: UUID?
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            let retried = try await office.administration.retryMail(tenant: tenant, mail: id)
            guard id != nil, let mail = retried.first else { return .mails(retried) }
            return .mail(mail)
        }
    }
}
