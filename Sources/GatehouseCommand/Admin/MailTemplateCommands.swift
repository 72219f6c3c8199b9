import ArgumentParser
import Gatehouse

struct MailTemplateCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "A tenant's own wording of mails.",
        subcommands: [Set.self, List.self, Delete.self])

    struct Set: AdminCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set the wording of a kind of mail, in mustache.",
            discussion: """
                Variables: {{app}} (the tenant's name), {{email}}, {{new_email}}, {{link}}, {{link_minutes}}, {{link_hours}} (from two hours on), \
                {{code}}, {{code_minutes}}, and {{token}} where the tenant has no app-url; any other is refused, and so is a mail that shows no link, code or token where it is about one. Sections show a part only where its variable is there: {{#code}}…{{/code}}.
                """)

        @OptionGroup var target: MailTemplateTarget
        @Option(help: "The subject, on one line.") var subject: String
        @Option(help: "File with the text.", completion: .file()) var textFile: String
        @Option(help: "File with the HTML. (the text, shown as it is)", completion: .file()) var htmlFile: String?
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            let template = try await office.administration.setMailTemplate(
                tenant: target.tenant, kind: target.kind, locale: target.locale, subject: subject,
                text: try Self.read(textFile), html: try htmlFile.map(Self.read))
            return .mailTemplate(template)
        }

        private static func read(_ path: String) throws -> String {
            guard let text = try? InputFile(path).readText(limit: 65_536) else {
                throw Failure(code: "invalid_setting", "\(path) can't be read as UTF-8 of at most 64 KiB.")
            }
            return text
        }
    }

    struct List: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "List the wording a tenant has of its own.")
        var changesNothing: Bool { true }

        @Argument var tenant: String
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            .mailTemplates(try await office.administration.listMailTemplates(tenant: tenant))
        }
    }

    struct Delete: AdminCommand {
        static let configuration = CommandConfiguration(abstract: "Go back to the wording that comes with Gatehouse.")

        @OptionGroup var target: MailTemplateTarget
        @OptionGroup var options: AdminOptions

        func perform(in office: AdminOffice) async throws -> Answer {
            try await office.administration.deleteMailTemplate(
                tenant: target.tenant, kind: target.kind, locale: target.locale)
            return Answer(
                json: ["deleted": .string(target.kind.rawValue)],
                text: "Deleted the wording of \(target.kind.rawValue).")
        }
    }
}

/// A kind of mail in a language, as arguments.
struct MailTemplateTarget: ParsableArguments {
    @Argument var tenant: String
    @Argument(help: "The kind of mail.") var kind: MailKind
    @Option(help: "A language tag such as de or pt-BR. (for everybody else)", transform: Self.locale)
    var locale: MailLocale?

    @Sendable private static func locale(_ text: String) throws -> MailLocale {
        guard let locale = MailLocale(text) else { throw ValidationError("“\(text)” is no language tag.") }
        return locale
    }
}
