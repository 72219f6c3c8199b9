import FoundationEssentials
import Gatehouse

/// How API clients are shown.

extension Answer {
    /// The one answer that holds the secret.
    static func newClient(_ new: NewAPIClient, of tenant: String) -> Answer {
        var json = new.client.json
        json["client_secret"] = .string(new.secret.revealed)
        let card = Card(members: [
            ("client_id", .init(new.client.id.lowercaseString, .bold)),
            ("client_secret", .init(new.secret.revealed, .bold)),
            ("name", .init(new.client.name)),
            ("created", .time(new.client.createdAt)),
        ])
        return Answer(json: .object(json)) { coloured in
            card.rendered(coloured: coloured) + "\nKeep the secret now; it can't be shown again."
        }.orElse(
            """
            The API client was created, and its secret is lost; delete it, and create another: \
            gatehouse admin client delete \(tenant) \(new.client.id.lowercaseString)
            """)
    }

    static func clients(_ clients: [APIClient]) -> Answer {
        list(
            clients, json: { .object($0.json) }, headings: ["client_id", "name", "created"],
            whenEmpty: "No API clients.",
            row: { [.init($0.id.lowercaseString), .init($0.name, .bold), .time($0.createdAt)] })
    }
}

extension APIClient {
    /// `id` and `client_id` are the same: other objects are named by the one, OAuth's clients by the other.
    var json: JSONObject {
        ["id": .id(id), "client_id": .id(id), "name": .string(name), "created_at": .time(createdAt)]
    }
}
