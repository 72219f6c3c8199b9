import FoundationEssentials
import Gatehouse
import Webhooks

/// How webhooks are shown.

extension Answer {
    /// The one answer that holds the secret.
    static func newWebhook(_ new: NewWebhookEndpoint, of tenant: String) -> Answer {
        var json = new.endpoint.json
        json["secret"] = .string(new.secret.revealed)
        let card = Card(members: [
            ("id", .init(new.endpoint.id.lowercaseString, .bold)),
            ("url", .init(new.endpoint.url.description)),
            ("events", .init(new.endpoint.events)),
            ("secret", .init(new.secret.revealed, .bold)),
        ])
        return Answer(json: .object(json)) { coloured in
            card.rendered(coloured: coloured) + "\nKeep the secret now; it can't be shown again."
        }.orElse(
            """
            The webhook was created, and its secret is lost; delete it, and create another: \
            gatehouse admin webhook delete \(tenant) \(new.endpoint.id.lowercaseString)
            """)
    }

    static func webhook(_ endpoint: WebhookEndpoint) -> Answer {
        Answer(json: .object(endpoint.json), text: webhooks([endpoint]).text)
    }

    static func webhooks(_ endpoints: [WebhookEndpoint]) -> Answer {
        list(
            endpoints, json: { .object($0.json) }, headings: ["id", "url", "events", "status", "created"],
            whenEmpty: "No webhooks.",
            row: {
                [
                    .init($0.id.lowercaseString), .init($0.url.description, .bold), .init($0.events),
                    .status($0.isEnabled), .time($0.createdAt),
                ]
            })
    }

    static func webhookAttempt(_ attempt: WebhookAttempt) -> Answer {
        Answer(json: attempt.json, text: webhookAttempts([attempt]).text)
    }

    static func webhookAttempts(_ attempts: [WebhookAttempt]) -> Answer {
        list(
            attempts, json: \.json, headings: ["id", "event", "at", "state", "attempts", "reason", "next"],
            whenEmpty: "Nothing.",
            row: {
                [
                    .init($0.id.lowercaseString), .init($0.type, .bold), .time($0.at), .init($0.state.rawValue),
                    .optional($0.attempts.map { String($0) }), .optional($0.failure), .time($0.dueAt),
                ]
            })
    }

    /// How many dead letters are told again, which may be more than anybody reads.
    static func replayedWebhooks(_ count: Int) -> Answer {
        Answer(json: ["replayed": .integer(count)], text: "Queued \(count) message\(count == 1 ? "" : "s") again.")
    }
}

extension WebhookEndpoint {
    fileprivate var events: String { eventTypes.isEmpty ? "all" : eventTypes.joined(separator: " ") }

    fileprivate var json: JSONObject {
        [
            "id": .id(id), "url": .string(url.description), "events": .array(eventTypes.map { .string($0) }),
            "allow_private": .bool(allowsPrivate), "status": .status(isEnabled), "created_at": .time(createdAt),
        ]
    }
}

extension WebhookAttempt {
    fileprivate var json: JSON {
        [
            "id": .id(id), "webhook_id": .id(endpointID), "event": .string(type), "user_id": .id(userID),
            "at": .time(at),
            "state": .string(state.rawValue), "attempts": attempts.map { .integer($0) } ?? .null,
            "reason": .optional(failure),
            "next_attempt_at": .time(dueAt),
        ]
    }
}
