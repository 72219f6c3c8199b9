import FoundationEssentials
import Gatehouse

/// How events of the audit trail are shown.

extension Answer {
    static func events(_ events: [RecordedEvent], of tenant: String) -> Answer {
        list(
            events, json: { $0.json(tenant: tenant) }, headings: ["at", "type", "actor", "user", "address", "detail"],
            whenEmpty: "No events.",
            row: {
                [
                    .time($0.at), .init($0.type, .bold), .init($0.actor), .optional($0.userID?.lowercaseString),
                    .optional($0.address), .init(JSON.object($0.detail).text),
                ]
            })
    }
}

extension RecordedEvent {
    func json(tenant: String) -> JSON {
        [
            "id": .id(id), "at": .time(at), "tenant": .string(tenant), "actor": .string(actor), "type": .string(type),
            "user_id": .optional(userID?.lowercaseString), "session_id": .optional(sessionID?.lowercaseString),
            "ip": .optional(address), "user_agent": .optional(userAgent), "detail": .object(detail),
        ]
    }

    /// For people, one line however much there is of it.
    var line: String {
        let cells: [Table.Cell] = [
            .time(at), .init(type), .init(actor), .optional(userID?.lowercaseString), .optional(address),
            .init(JSON.object(detail).text),
        ]
        return cells.map(\.text).joined(separator: "  ")
    }
}
