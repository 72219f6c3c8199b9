import FoundationEssentials
import Postgres

/// Records failures to prove who one is. Those of one account from one source are counted for an hour: the trail gets the
/// first of them, and their number when the hour is over.
struct FailedAttempts: Sendable {
    let database: Database
    let identifiers: IdentifierSource

    /// Throws `tenantNotFound` when the tenant has been disabled or deleted since it was looked up. A user who has been deleted since
    /// then isn't named: nobody would remove from the trail where they were.
    ///
    /// - Parameter reason: For the operator alone; whoever failed isn't told.
    func record(
        _ type: AuditEventType, on account: GuessedAccount, of user: UUID?, because reason: String,
        from client: ClientInfo, in tenant: UUID
    ) async throws {
        let failure = Failure(
            tenant: tenant, account: account, type: type, user: user, reason: reason,
            stamp: EventStamp(id: identifiers.next(), client: client), summary: identifiers.next())
        guard try await database.first(AuditStatements.countFailure, failure, in: tenant) == true else {
            throw Refusal.tenantNotFound
        }
    }

    struct Failure: Sendable {
        let tenant: UUID
        let account: GuessedAccount
        let type: AuditEventType
        let user: UUID?
        let reason: String
        let stamp: EventStamp
        /// The id of the event that says how many failures there were in the hour before.
        let summary: UUID
    }
}

extension AuditStatements {
    /// Counts a failure, and records it where it is the first of its hour; the hour before is recorded then, unless it had no
    /// other failure. Whether the tenant is enabled.
    ///
    /// The user's row is locked before those of failures, in the order of their deletion, lest each wait for the other.
    static let countFailure = Statement<FailedAttempts.Failure, Bool>(
        """
        with \(TenantStatements.held), \(TenantStatements.person("$5")), past as (
            select f.* from failed_attempts f, t, (select count(*) from person) locked
            where f.tenant_id = t.id and subject = $2 and source = $3 and type = $4 and window_ends_at <= now()
            for update of f
        ), counted as (
            insert into failed_attempts as f
                (tenant_id, subject, source, type, user_id, address, failures, began_at, last_at, window_ends_at)
            -- Reading it here has the lock taken first, so that one of many sees the hour that is over.
            select $1, $2, $3, $4, (select id from person), $8, 1, now(), now(), now() + interval '1 h'
            from t, (select count(*) from past) locked
            on conflict (tenant_id, subject, source, type) do update set
                failures = case when f.window_ends_at <= now() then 1 else f.failures + 1 end,
                began_at = case when f.window_ends_at <= now() then now() else f.began_at end,
                window_ends_at = case when f.window_ends_at <= now() then now() + interval '1 h' else f.window_ends_at end,
                last_at = now(), address = excluded.address, user_id = excluded.user_id
            returning failures
        ), recorded as (
            \(inserting)
            select $1, $7, statement_timestamp(), '\(AuditEvent.service)', $4, (select id from person), null::uuid, $8,
                $9, jsonb_build_object('reason', $6)
            from counted where failures = 1
            union all
            select $1, $10, statement_timestamp(), '\(AuditEvent.service)', $4, past.user_id, null, past.address,
                null, \(summary(of: "past"))
            from past, counted where counted.failures = 1 and past.failures > 1
        )
        select disabled_at is null from t
        """,
        bind: {
            (
                $0.tenant, $0.account.digest, SourceAddress($0.stamp.client.address).text, $0.type.rawValue, $0.user,
                $0.reason, $0.stamp.id, $0.stamp.client.address, $0.stamp.client.userAgent, $0.summary
            )
        },
        row: { (enabled: Bool) in enabled })

    /// The detail of an event that stands for the failures of an hour.
    static func summary(of row: String) -> String {
        """
        jsonb_build_object(
            'failures', \(row).failures, 'first_at', \(row).began_at, 'last_at', \(row).last_at, 'source', \(row).source)
        """
    }
}
