import FoundationEssentials
import Gatehouse

/// How mails and their wording are shown.

extension Answer {
    static func mail(_ mail: WaitingMail) -> Answer {
        Answer(json: mail.json, text: mails([mail]).text)
    }

    static func mails(_ mails: [WaitingMail]) -> Answer {
        list(
            mails, json: \.json, headings: ["id", "kind", "to", "state", "attempts", "reason", "next", "asked for"],
            whenEmpty: "No mails.",
            row: {
                [
                    .init($0.id.lowercaseString), .init($0.kind, .bold), .init($0.recipient), .init($0.state),
                    .init(String($0.attempts)), .optional($0.failure), .time($0.dueAt), .time($0.createdAt),
                ]
            })
    }

    static func mailTemplate(_ template: MailTemplate) -> Answer {
        Answer(json: template.json, text: mailTemplates([template]).text)
    }

    static func mailTemplates(_ templates: [MailTemplate]) -> Answer {
        list(
            templates, json: \.json, headings: ["kind", "locale", "subject", "html"],
            whenEmpty: "No wording of its own.",
            row: {
                [
                    .init($0.kind.rawValue, .bold), .init($0.locale.isEmpty ? "any" : $0.locale), .init($0.subject),
                    .init($0.html == nil ? "no" : "yes"),
                ]
            })
    }
}

extension WaitingMail {
    fileprivate var state: String { failedAt == nil ? "waiting" : "dead" }

    fileprivate var json: JSON {
        [
            "id": .id(id), "kind": .string(kind), "to": .string(recipient), "user_id": userID.map(JSON.id) ?? .null,
            "state": .string(state), "attempts": .integer(attempts), "reason": .optional(failure),
            "created_at": .time(createdAt), "next_attempt_at": .time(dueAt), "failed_at": .time(failedAt),
        ]
    }
}

extension MailTemplate {
    fileprivate var json: JSON {
        [
            "kind": .string(kind.rawValue), "locale": .optional(locale.isEmpty ? nil : locale),
            "subject": .string(subject), "text": .string(text), "html": .optional(html),
        ]
    }
}
