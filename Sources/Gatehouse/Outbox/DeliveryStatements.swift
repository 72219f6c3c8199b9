import FoundationEssentials
import Postgres

/// What kind of thing is to be delivered.
enum DeliveryKind: String, Sendable {
    case mail
    case webhook
}

/// Something to be delivered that this instance has taken.
struct Delivery: Sendable {
    let id: UUID
    let tenant: UUID
    /// Counts this attempt; whoever takes it later has a higher number, so that no two speak for it.
    let attempts: Int32
    /// When it fell due, before it was taken.
    let dueAt: Date
}

enum DeliveryStatements {
    /// Puts it back where it was in the queue, as if it had not been taken.
    static let putBack = Statement<Delivery, Void>(
        "update deliveries set due_at = $3, attempts = attempts - 1 where id = $1 and attempts = $2",
        bind: { ($0.id, $0.attempts, $0.dueAt) })

    /// Puts it off for a moment, which counts as no attempt.
    static let putOff = Statement<(delivery: Delivery, pause: Duration), Void>(
        """
        update deliveries set due_at = now() + make_interval(secs => $3), attempts = attempts - 1
        where id = $1 and attempts = $2
        """,
        bind: { ($0.delivery.id, $0.delivery.attempts, $0.pause / Duration.seconds(1)) })

    /// The first parts of a statement that changes the place in the queue of what is delivered, `$2` of the tenant `$1`, and its row:
    /// the row, where it is still there, is locked before the place is looked at if the statement asks for `isLockedFirst` there.
    ///
    /// Whoever removes messages, or replays one, takes the locks in that order as well, and whoever deletes the tenant waits for it.
    private static func message(in table: String) -> String {
        """
        \(TenantStatements.held), message as materialized (
            select m.id from \(table) m, t where m.tenant_id = t.id and m.id = $2 for no key update of m
        )
        """
    }

    /// True once `message` has been read. A place whose message is gone is changed all the same.
    private static let isLockedFirst = "(select count(*) from message) >= 0"

    /// Another attempt later, unless somebody else has begun one meanwhile; noted in the table of what is delivered.
    static func postponing(
        _ table: String
    ) -> Statement<(tenant: UUID, delivery: Delivery, pause: Duration, failure: String), Void> {
        Statement(
            """
            with \(message(in: table)), later as (
                update deliveries set due_at = now() + make_interval(secs => $4)
                where id = $2 and attempts = $3 and \(isLockedFirst) returning id
            )
            update \(table) m set failure = $5 from later where m.tenant_id = $1 and m.id = later.id
            """,
            bind: { ($0.tenant, $0.delivery.id, $0.delivery.attempts, Double($0.pause.wholeSeconds), $0.failure) })
    }

    /// Becomes a dead letter, which nobody delivers unless an operator says so.
    static func givingUp(_ table: String) -> Statement<(tenant: UUID, delivery: Delivery, failure: String), Void> {
        Statement(
            """
            with \(message(in: table)), over as (
                delete from deliveries where id = $2 and attempts = $3 and \(isLockedFirst) returning id
            )
            update \(table) m set failed_at = now(), failure = $4 from over where m.tenant_id = $1 and m.id = over.id
            """,
            bind: { ($0.tenant, $0.delivery.id, $0.delivery.attempts, $0.failure) })
    }

    /// Longer than an attempt may take; after that another instance may think that this one has died.
    static let lease: Duration = .seconds(180)

    /// Takes what has been due for longest and nobody has taken, but nothing of some tenants.
    ///
    /// They are compared in a form of which the planner supposes little. Of `<> all` it supposes that nothing is left where one tenant has
    /// most of the queue, and sorts the whole of it for each claim.
    static let claim = Statement<(kind: DeliveryKind, passingOver: [UUID]), Delivery>(
        """
        with longest as materialized (
            select id, due_at from deliveries
            where kind = $1 and due_at <= now() and array_position($2::uuid[], tenant) is null
            order by due_at limit 1 for update skip locked
        )
        update deliveries set due_at = now() + interval '\(lease.wholeSeconds) s', attempts = attempts + 1
        where id = (select id from longest)
        returning id, tenant, attempts, (select due_at from longest)
        """,
        bind: { ($0.kind.rawValue, $0.passingOver) }, row: Delivery.init(id:tenant:attempts:dueAt:))
}
