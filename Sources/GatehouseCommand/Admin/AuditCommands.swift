import ArgumentParser
import Gatehouse

struct AuditCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "What happened to a tenant's accounts and keys, and who did it.",
        subcommands: [List.self, Follow.self])

    @Sendable private static func eventType(_ text: String) throws -> AuditEventType {
        guard let type = AuditEventType(rawValue: text) else {
            let known = AuditEventType.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("There is no event type \(text). Those there are: \(known).")
        }
        return type
    }

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "List events, newest first.")
        var changesNothing: Bool { true }

        @Argument var tenant: String
        @Option(help: "Events of this type alone, such as keys.rotated.", transform: eventType)
        var type: AuditEventType?
        @Option(help: "Events of this user alone, by id, email or username; of a deleted one by id.") var user: String?
        @Option(help: "Events of the last 90s, 15m, 12h or 30d.", transform: DurationText.argument)
        var since: Duration?
        @Option(help: "Events of longer ago than 90s, 15m, 12h or 30d.", transform: DurationText.argument)
        var until: Duration?
        @Option(help: "So many events at the most, 1 to 1000.") var limit = 100
        @OptionGroup var options: AdminOptions

        func validate() throws {
            try PageLimit.check(limit)
            if let since, let until, since <= until {
                throw ValidationError("--since must be longer ago than --until.")
            }
        }

        func perform(in office: AdminOffice) async throws -> Answer {
            // Whether a rare type or a user has one event more, a year's events may have to tell.
            let isQuick = (type == nil && user == nil) || since != nil
            let page = try await ListPage(upTo: limit, lookingBeyond: isQuick) {
                try await office.administration.listEvents(
                    tenant: tenant, type: type, user: user, age: since, until: until, limit: $0)
            }
            return .events(page.elements, of: tenant).noting(
                page.note { _ in "\(PageLimit.remedy(beyond: limit)), and --until passes over newer ones" })
        }
    }

    struct Follow: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print events as they happen, one a line, until interrupted.")

        @Argument var tenant: String
        @Option(help: "Events of this type alone.", transform: eventType) var type: AuditEventType?
        @Option(help: "Events of this user alone, by id, email or username; of a deleted one by id.") var user: String?
        @Option(help: "Begin with those of the last 90s, 15m, 12h or 30d.", transform: DurationText.argument)
        var since: Duration?
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            try await office.administration.followEvents(tenant: tenant, type: type, user: user, age: since) { event in
                try Terminal.printResult(
                    options.output.json ? event.json(tenant: tenant).text : event.line,
                    orElse: "Events are no longer followed.")
            }
            return Answer(json: .null, text: "")
        }
    }
}
