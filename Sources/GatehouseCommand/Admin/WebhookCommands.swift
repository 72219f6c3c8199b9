import ArgumentParser
import FoundationEssentials
import Gatehouse

struct WebhookCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook", abstract: "Addresses that are told what happens to a tenant's users.",
        subcommands: [
            Create.self, List.self, Enable.self, Disable.self, Delete.self, Attempts.self, Replay.self,
        ])

    struct Create: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a webhook and show its secret, this once.",
            discussion: "Messages are signed as Standard Webhooks (standardwebhooks.com) would have it.")
        var needsMasterKey: Bool { true }

        @Argument var tenant: String
        @Option(help: "The address, https://…") var url: String
        @Option(help: "An event to be told of, such as user.registered; repeat it for several. (all about users)")
        var event: [String] = []
        @Flag(help: "Let the address be one of this machine or a private network, and without TLS.")
        var allowPrivate = false
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .newWebhook(
                try await office.administration.createWebhook(
                    tenant: tenant, url: url, eventTypes: event, allowsPrivate: allowPrivate),
                of: tenant)
        }
    }

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "List a tenant's webhooks, oldest first.")
        var changesNothing: Bool { true }

        @Argument var tenant: String
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .webhooks(try await office.administration.listWebhooks(tenant: tenant))
        }
    }

    struct Enable: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Tell a webhook of what happens from now on.")

        @OptionGroup var target: WebhookTarget
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .webhook(try await office.administration.setWebhook(tenant: target.tenant, id: target.id, enabled: true))
        }
    }

    struct Disable: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Tell a webhook nothing more; what waits is dropped.")

        @OptionGroup var target: WebhookTarget
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .webhook(try await office.administration.setWebhook(tenant: target.tenant, id: target.id, enabled: false))
        }
    }

    struct Delete: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a webhook and what it was to be told.")

        @OptionGroup var target: WebhookTarget
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .webhook(try await office.administration.deleteWebhook(tenant: target.tenant, id: target.id))
        }
    }

    struct Attempts: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what was and is to be told, newest first, for the last two weeks.")
        var changesNothing: Bool { true }

        @Argument var tenant: String
        @Option(help: "Only what is for the webhook of this id.", transform: IDArgument.of()) var webhook: UUID?
        @Option(help: "Messages on the list, 1 to 1000.") var limit = 100
        @OptionGroup var options: AdminOptions

        func validate() throws {
            try PageLimit.check(limit)
        }

        func perform(in office: AdminOffice) async throws -> Answer {
            let page = try await ListPage(upTo: limit) {
                try await office.administration.listWebhookAttempts(tenant: tenant, endpoint: webhook, limit: $0)
            }
            return .webhookAttempts(page.elements).noting(page.note { _ in PageLimit.remedy(beyond: limit) })
        }
    }

    struct Replay: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Tell again: the message named, delivered or not, or all that were given up, a thousand a second.")

        @Argument var tenant: String
        @Argument(help: "A message's id, as attempts shows it or the webhook was given it: msg_…", transform: message)
        var id: UUID?
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            guard let id else {
                return .replayedWebhooks(try await office.administration.replayDeadWebhooks(tenant: tenant))
            }
            return .webhookAttempt(try await office.administration.replayWebhook(tenant: tenant, message: id))
        }

        @Sendable private static func message(_ text: String) throws -> UUID {
            try IDArgument.of()(text.hasPrefix("msg_") ? String(text.dropFirst(4)) : text)
        }
    }
}

/// A webhook of a tenant, as arguments.
struct WebhookTarget: ParsableArguments {
    @Argument var tenant: String
    @Argument(help: "The webhook's id.", transform: IDArgument.of()) var id: UUID
}
