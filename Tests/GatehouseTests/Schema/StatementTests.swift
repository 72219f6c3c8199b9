import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// Every statement of the program, one a line, prepared on the schema it is written for. `StatementListTests` sees to it that none is missing.
@Suite(.installation) struct StatementTests {
    static let statements: [(name: String, statement: any StatementDescription)] = [
        ("tenants.bySlug", TenantStatements.bySlug),
        ("tenants.bySlugLocked", TenantStatements.bySlugLocked),
        ("tenants.isEnabled", TenantStatements.isEnabled),
        ("tenants.all", TenantStatements.all),
        ("tenants.ends", TenantStatements.ends),
        ("tenants.newestFirst", TenantStatements.newestFirst),
        ("tenants.keysDue", TenantStatements.keysDue),
        ("tenants.dueLocked", TenantStatements.dueLocked),
        ("tenants.setKeysDue", TenantStatements.setKeysDue),
        ("tenants.postponeKeys", TenantStatements.postponeKeys),
        ("tenants.insert", TenantStatements.insert),
        ("tenants.update", TenantStatements.update),
        ("tenants.setEnabled", TenantStatements.setEnabled),
        ("tenants.delete", TenantStatements.delete),
        ("users.byEmail", UserStatements.byEmail),
        ("users.byUsername", UserStatements.byUsername),
        ("users.byID", UserStatements.byID),
        ("users.page", UserStatements.page),
        ("users.insert", UserStatements.insert),
        ("users.setEnabled", UserStatements.setEnabled),
        ("users.lock", UserStatements.lock),
        ("users.setClaims", UserStatements.setClaims),
        ("users.updateProfile", UserStatements.updateProfile),
        ("users.changePassword", UserStatements.changePassword),
        ("users.upgradeHash", UserStatements.upgradeHash),
        ("users.delete", UserStatements.delete),
        ("users.import", ImportStatements.insert),
        ("users.taken", ImportStatements.taken),
        ("users.analyze", ImportStatements.analyze),
        ("sessions.register", SessionStatements.register),
        ("sessions.start", SessionStatements.start),
        ("sessions.ask", SessionStatements.ask),
        ("sessions.look", RotateRefreshToken.look),
        ("sessions.live", SessionStatements.live),
        ("sessions.end", SessionStatements.end),
        ("sessions.datedAhead", SessionStatements.datedAhead),
        ("sessions.endPage", SessionStatements.endPage),
        ("sessions.endLeft", SessionStatements.endLeft),
        ("sessions.writers", SessionStatements.writers),
        ("emptying.sessions", EmptyingStatements.sessions),
        ("emptying.users", EmptyingStatements.users),
        ("emptying.events", EmptyingStatements.events),
        ("emptying.webhookMessages", EmptyingStatements.webhookMessages),
        ("webhooks.disable", WebhookStatements.disable),
        ("webhooks.deleteMessages", WebhookStatements.deleteMessages),
        ("sessions.endAllOfUser", SessionStatements.endAllOfUser),
        ("sessions.lockUser", SessionStatements.lockUser),
        ("sessions.logOut", SessionStatements.logOut),
        ("sessions.endReused", SessionStatements.endReused),
        ("sessions.rotate", RotateRefreshToken.statement),
        ("sessions.rotateTogether", RotateRefreshToken.together),
        ("keys.all", KeyStatements.all),
        ("standby.confirmation", StandbyConfirmation.statement),
        ("keys.insert", KeyStatements.insert),
        ("keys.promote", KeyStatements.promote),
        ("keys.retire", KeyStatements.retire),
        ("keys.revoke", KeyStatements.revoke),
        ("keys.discardNext", KeyStatements.discardNext),
        ("keys.removeExpired", KeyStatements.removeExpired),
        ("keys.prolong", KeyStatements.prolong),
        ("database.now", DatabaseClock.now),
        ("keys.reseal", KeyStatements.reseal),
        ("keys.markExported", KeyStatements.markExported),
        ("clients.insert", ClientStatements.insert),
        ("clients.all", ClientStatements.all),
        ("clients.delete", ClientStatements.delete),
        ("clients.inquire", ClientStatements.inquire),
        ("sessions.revokeForClient", SessionStatements.revokeForClient),
        ("guesses.count", GuessStatements.count),
        ("guesses.countByDevice", GuessStatements.countByDevice),
        ("guesses.wait", GuessStatements.wait),
        ("guesses.giveBack", GuessStatements.giveBack),
        ("audit.append", AuditStatements.append),
        ("audit.newest", AuditStatements.newest),
        ("audit.past", AuditStatements.past),
        ("audit.oldest", AuditStatements.oldest),
        ("audit.lastRotation", AuditStatements.lastRotation),
        ("audit.appendLimited", AuditStatements.appendLimited),
        ("audit.countFailure", AuditStatements.countFailure),
        ("purges.due", PurgeStatements.due),
        ("purges.dueUnfinished", PurgeStatements.dueUnfinished),
        ("purges.behind", PurgeStatements.behind),
        ("purges.claim", PurgeStatements.claim),
        ("purges.sessions", PurgeStatements.sessions),
        ("purges.guessCounters", PurgeStatements.guessCounters),
        ("purges.failures", PurgeStatements.failures),
        ("purges.events", PurgeStatements.events),
        ("purges.reschedule", PurgeStatements.reschedule),
        ("sessions.endOwn", SessionStatements.endOwn),
        ("audit.appendOperatorEvent", AuditStatements.appendOperatorEvent),
        ("audit.lockOperatorEvents", AuditStatements.lockOperatorEvents),
        ("audit.appendMasterKeyRotation", AuditStatements.appendMasterKeyRotation),
        ("instances.backends", InstancePresence.backends),
        ("keys.destroy", KeyStatements.destroy),
        ("moving.columns", TenantFileStatements.columns),
        ("moving.settings", TenantFileStatements.settings),
        ("moving.keys", TenantFileStatements.keys),
        ("moving.users", TenantFileStatements.page(of: .user)),
        ("moving.sessions", TenantFileStatements.page(of: .session)),
        ("moving.clients", TenantFileStatements.page(of: .client)),
        ("moving.events", TenantFileStatements.page(of: .event)),
        ("moving.exists", TenantFileStatements.exists),
        ("moving.holdNewest", TenantFileStatements.holdNewest),
        ("moving.insertTenant", TenantFileStatements.insertTenant(["name", "audience"])),
        ("moving.insertUsers", TenantFileStatements.insert(into: .user, ["id", "email"])),
        ("moving.setIssuer", TenantFileStatements.setIssuer),
        ("schema.lock", SchemaStatements.lock),
        ("schema.exists", SchemaStatements.exists),
        ("schema.latest", SchemaStatements.latest),
        ("oneTime.byToken", RedeemStatements.byToken),
        ("oneTime.takeGuess", RedeemStatements.takeGuess),
        ("oneTime.takeGuessAtAddress", RedeemStatements.takeGuessAtAddress),
        ("oneTime.useUp", RedeemStatements.useUp),
        ("oneTime.void", OneTimeTokenStatements.void),
        ("undo.enqueueNotice", UndoStatements.enqueueNotice),
        ("undo.earliest", UndoStatements.earliest),
        ("undo.untold", UndoStatements.untold),
        ("mails.request", MailRequestStatements.enqueue),
        ("users.resetPassword", UserStatements.resetPassword),
        ("users.verifyEmail", UserStatements.verifyEmail),
        ("users.setEmail", UserStatements.setEmail),
        ("users.amend", UserStatements.amend),
        ("users.registerUnverified", UnverifiedRegistration.statement),
        ("guesses.forget", GuessStatements.forget),
        ("sessions.isFresh", SessionStatements.isFresh),
        ("sessions.startByLink", SessionStatements.startByLink),
        ("sessions.startByCode", SessionStatements.startByCode),
        ("sessions.lockSignedIn", SessionStatements.lockSignedIn),
        ("deletion.lock", DeletionStatements.lock),
        ("deletion.unsentMails", DeletionStatements.unsentMails),
        ("deletion.failures", DeletionStatements.failures),
        ("deletion.scrubEvents", DeletionStatements.scrubEvents),
        ("tenants.byID", TenantStatements.byID),
        ("deliveries.claim", DeliveryStatements.claim),
        ("deliveries.putBack", DeliveryStatements.putBack),
        ("deliveries.putOff", DeliveryStatements.putOff),
        ("mails.enqueue", MailStatements.enqueue),
        ("mails.queued", MailStatements.queued),
        ("mails.noteIssued", MailStatements.noteIssued),
        ("mails.remove", MailStatements.remove),
        ("mails.postpone", MailStatements.postpone),
        ("mails.giveUp", MailStatements.giveUp),
        ("mails.waiting", MailStatements.waiting),
        ("mails.dead", MailStatements.dead),
        ("mails.requeueFree", MailStatements.requeueFree),
        ("mails.requeueOne", MailStatements.requeueOne),
        ("mails.template", MailStatements.template),
        ("templates.set", MailTemplateStatements.set),
        ("templates.list", MailTemplateStatements.list),
        ("templates.delete", MailTemplateStatements.delete),
        ("oneTime.holder", OneTimeTokenStatements.holder),
        ("oneTime.removeOlder", OneTimeTokenStatements.removeOlder),
        ("oneTime.insert", OneTimeTokenStatements.insert),
        ("oneTime.issued", OneTimeTokenStatements.issued),
        ("webhooks.insert", WebhookStatements.insert),
        ("webhooks.list", WebhookStatements.list),
        ("webhooks.setEnabled", WebhookStatements.setEnabled),
        ("webhooks.delete", WebhookStatements.delete),
        ("webhooks.secrets", WebhookStatements.secrets),
        ("webhooks.reseal", WebhookStatements.reseal),
        ("webhooks.queued", WebhookStatements.queued),
        ("webhooks.delivered", WebhookStatements.delivered),
        ("webhooks.postpone", WebhookStatements.postpone),
        ("webhooks.giveUp", WebhookStatements.giveUp),
        ("webhooks.attempts", WebhookStatements.attempts),
        ("webhooks.replay", WebhookStatements.replay),
        ("webhooks.replayDead", WebhookStatements.replayDead),
        ("purges.deadLetters", PurgeStatements.deadLetters),
        ("purges.webhookMessages", PurgeStatements.webhookMessages),
        ("purges.oneTimeTokens", PurgeStatements.oneTimeTokens),
        ("moving.templates", TenantFileStatements.templates),
        ("moving.analyze", TenantFileStatements.analyze),
        ("schema.encoding", SchemaStatements.encoding),
        ("schema.dangers", SchemaStatements.dangers),
        ("schema.hidesWarnings", SchemaStatements.hidesWarnings),
        ("readiness.moment", ServerMoment.moment),
    ]

    @Test(
        "Under row-level security a name is found through its index, not by reading the tenant's users",
        arguments: [
            UserStatements.byEmail.sql, UserStatements.byUsername.sql,
        ])
    func namesAreIndexed(sql: String) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant().tenant.id.lowercaseString
        let filling = try await Connection.open(installation.database.superuserURL)
        try await filling.script(
            """
            insert into users (tenant_id, id, email, username)
            select '\(tenant)', gen_random_uuid(), 'u' || n || '@example.com', 'u' || n from generate_series(1, 5000) n;
            """)
        try await filling.script("analyze users")
        await filling.close()
        let connection = try await Connection.open(installation.database.serviceURL)
        try await connection.script("set plan_cache_mode = force_generic_plan")
        try await connection.script("prepare lookup (uuid, text) as \(sql)")
        let explain = Statement<Void, String>(
            "explain (costs off) execute lookup (null, null)", bind: { _ in () }, row: { (line: String) in line })
        let plan = try await connection.query(explain, ())
        #expect(plan.contains { $0.contains("Index Cond") && $0.contains("_key = lower(") }, "\(plan)")
        await connection.close()
    }

    @Test(
        "Planned without its parameters, a statement about a user or a session reads no more of the tenant than that",
        arguments: [
            (SessionStatements.endAllOfUser.sql, "uuid, uuid, uuid, text"),
            (SessionStatements.endLeft.sql, "uuid, uuid, text"),
            (SessionStatements.live.sql, "uuid, uuid, bigint, uuid"),
            (SessionStatements.ask.sql, "uuid, uuid[], uuid[]"),
            (RotateRefreshToken.together.sql, "uuid, uuid[], bigint[]"),
            (RotateRefreshToken.statement.sql, "uuid, uuid, bigint"),
            (UserStatements.page.sql, "uuid, uuid, bigint"), (ImportStatements.taken.sql, "uuid, jsonb"),
        ])
    func plannedOnce(sql: String, types: String) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant().tenant.id.lowercaseString
        let filling = try await Connection.open(installation.database.superuserURL)
        try await filling.script(
            """
            insert into users (tenant_id, id, email) select '\(tenant)', gen_random_uuid(), 'u' || n || '@example.com'
                from generate_series(1, 5000) n;
            insert into refresh_tokens (tenant_id, id, user_id)
                select u.tenant_id, gen_random_uuid(), u.id from users u, generate_series(1, 4)
            """)
        try await filling.script("analyze users, refresh_tokens")
        await filling.close()
        let connection = try await Connection.open(installation.database.serviceURL)
        try await connection.script("set plan_cache_mode = force_generic_plan")
        try await connection.script("prepare planned (\(types)) as \(sql)")
        let arguments = types.split(separator: ",").map { _ in "null" }.joined(separator: ", ")
        let explain = Statement<Void, String>(
            "explain (costs off) execute planned (\(arguments))", bind: { _ in () }, row: { (line: String) in line })
        let plan = try await connection.query(explain, ())
        await connection.close()
        let scans = plan.filter { $0.contains(" on users") || $0.contains(" on refresh_tokens") }
        #expect(!scans.isEmpty && !scans.contains { $0.contains("Seq Scan") }, "\(plan)")
        // More than the tenant bounds what is read through the index.
        let conditions = plan.filter { $0.contains("Index Cond") && !$0.contains("(id = $1)") }
        #expect(conditions.allSatisfy { $0.contains(" AND ") }, "\(plan)")
    }

    @Test("What has been due for longest is found through the index, also where one tenant has the whole queue")
    func longestDue() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant().tenant.id.lowercaseString
        try await installation.asSuperuser(
            """
            insert into deliveries (id, tenant, kind)
                select gen_random_uuid(), '\(tenant)', 'mail' from generate_series(1, 5000)
            """)
        try await installation.asSuperuser("analyze deliveries")
        let connection = try await Connection.open(installation.database.serviceURL)
        try await connection.script("set plan_cache_mode = force_generic_plan")
        try await connection.script("prepare claim (text, uuid[]) as \(DeliveryStatements.claim.sql)")
        let explain = Statement<Void, String>(
            "explain (costs off) execute claim ('mail', '{}')", bind: { _ in () }, row: { (line: String) in line })
        let plan = try await connection.query(explain, ())
        await connection.close()
        #expect(plan.contains { $0.contains("Index Scan using deliveries_due_at") }, "\(plan)")
        #expect(!plan.contains { $0.contains("Sort") }, "\(plan)")
    }

    @Test(
        "The newest events are read from the end of the trail, and those of long ago by their ids, however long it is",
        arguments: [
            (
                AuditStatements.newest.sql, ", timestamptz, uuid", ", null, null",
                "Index Scan Backward using audit_events_pkey"
            ),
            (AuditStatements.past.sql, ", uuid", ", null", "Index Scan using audit_events_pkey"),
        ])
    func eventsInOrder(sql: String, type: String, argument: String, scan: String) async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant().tenant.id.lowercaseString
        try await installation.asSuperuser(
            """
            insert into audit_events (tenant_id, id, actor, type)
                select '\(tenant)', gen_random_uuid(), 'service', 'login.failed' from generate_series(1, 5000)
            """)
        try await installation.asSuperuser("analyze audit_events")
        let connection = try await Connection.open(installation.database.ownerURL)
        try await connection.script("set gatehouse.tenant_id = '\(tenant)'")
        try await connection.script("prepare page (uuid, uuid, text, timestamptz, bigint, uuid\(type)) as \(sql)")
        let (first, last) = (UUID.nilUUID.lowercaseString, UUID.maxUUID.lowercaseString)
        let explain = Statement<Void, String>(
            "explain (costs off) execute page ('\(tenant)', '\(first)', null, null, 100, '\(last)'\(argument))",
            bind: { _ in () }, row: { (line: String) in line })
        let plan = try await connection.query(explain, ())
        #expect(plan.contains { $0.contains(scan) }, "\(plan)")
        await connection.close()
    }

    @Test("The oldest tenant and the newest are found without reading the others")
    func endsOfTenants() async throws {
        let installation = try await Installation.make()
        let filling = try await Connection.open(installation.database.superuserURL)
        try await filling.script(
            """
            insert into tenants (id, slug, name, created_at)
                select gen_random_uuid(), 't' || n, 't', now() - n * interval '1 min' from generate_series(1, 5000) n
            """)
        try await filling.script("analyze tenants")
        await filling.close()
        let connection = try await Connection.open(installation.database.serviceURL)
        let explain = Statement<Void, String>(
            "explain (costs off) \(TenantStatements.ends.sql)", bind: { _ in () }, row: { (line: String) in line })
        let plan = try await connection.query(explain, ())
        await connection.close()
        #expect(plan.count { $0.contains("using tenants_created_at") } == 2, "\(plan)")
        #expect(!plan.contains { $0.contains("Seq Scan") }, "\(plan)")
    }

    @Test("Every statement prepares on the schema, and its parameters and columns have the types it says")
    func types() async throws {
        let installation = try await Installation.make()
        let connection = try await Connection.open(installation.database.ownerURL)
        for (name, statement) in Self.statements {
            let described = try await connection.describe(statement)
            #expect(described.parameterTypes == statement.parameterTypes, "parameters of \(name)")
            #expect(described.columnTypes.count == statement.columnTypes.count, "columns of \(name)")
            for (column, accepted) in zip(described.columnTypes, statement.acceptedColumnTypes) {
                #expect(accepted.contains(column), "columns of \(name): \(column) is none of \(accepted)")
            }
        }
        await connection.close()
    }
}
