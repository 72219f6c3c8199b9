import Gatehouse

extension Answer {
    static func exported(_ moved: MovedTenant) -> Answer {
        let next = "The tenant is disabled here, as it should stay. Where it is imported, serve it with"
        return Self.moved(moved, "Exported", ifDisabled: next)
    }

    static func imported(_ moved: MovedTenant) -> Answer {
        Self.moved(moved, "Imported", ifDisabled: "The tenant is disabled; serve it here with")
    }

    private static func moved(_ moved: MovedTenant, _ verb: String, ifDisabled next: String) -> Answer {
        let counts = moved.counts
        var lines = [
            """
            \(verb) tenant \(moved.tenant.slug): \(counts.users) users, \(counts.sessions) sessions, \(counts.keys) keys, \
            \(counts.clients) API clients, \(counts.events) events.
            """,
            "Issuer of its tokens: \(moved.issuer)",
        ]
        if moved.issuerWasSet {
            lines.append(
                "It is not this service's default, so it was set for the tenant: tokens that are out stay valid.")
        }
        if !moved.tenant.isEnabled {
            lines.append("\(next): gatehouse admin tenant enable \(moved.tenant.slug)")
        }
        return Answer(
            json: [
                "tenant": .string(moved.tenant.slug), "id": .id(moved.tenant.id), "issuer": .string(moved.issuer),
                "issuer_set": .bool(moved.issuerWasSet), "status": .status(moved.tenant.isEnabled),
                "users": .integer(counts.users), "sessions": .integer(counts.sessions), "keys": .integer(counts.keys),
                "clients": .integer(counts.clients), "events": .integer(counts.events),
            ], text: lines.joined(separator: "\n"))
    }
}
