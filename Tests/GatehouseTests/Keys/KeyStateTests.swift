import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// The table of a key's states: next → current → retired, and revoked from anywhere.
@Suite(.installation) struct KeyStateTests {
    static let pairs = KeyState.allCases.flatMap { from in KeyState.allCases.map { (from, $0) } }

    /// As the design has it, written down once more.
    static let allowed: Set<[KeyState]> = [
        [.next, .current], [.current, .retired], [.next, .revoked], [.current, .revoked], [.retired, .revoked],
    ]

    @Test("The transitions are those of the table, and no other", arguments: pairs)
    func pure(from: KeyState, to: KeyState) {
        #expect(from.mayBecome(to) == Self.allowed.contains([from, to]))
    }

    @Test("The statements make a transition exactly where the table has one", arguments: pairs)
    func statements(from: KeyState, to: KeyState) async throws {
        let installation = try await Installation.make()
        let (tenant, kid) = try await installation.key(in: from)
        let moved: StoredKey? = try await installation.administration.database.transaction(in: tenant) { transaction in
            switch to {
            case .next: nil
            case .current: try await transaction.first(KeyStatements.promote, (tenant, kid, 900))
            case .retired: try await transaction.first(KeyStatements.retire, (tenant, kid))
            case .revoked: try await transaction.first(KeyStatements.revoke, (tenant, kid))
            }
        }
        #expect((moved?.state == to) == from.mayBecome(to))
        let now = try await installation.storedKeys().first { $0.kid == kid }?.state
        #expect(now == (from.mayBecome(to) ? to : from))
    }

    @Test("The database refuses every other transition, whoever writes", arguments: pairs.filter { $0 != $1 })
    func trigger(from: KeyState, to: KeyState) async throws {
        let installation = try await Installation.make()
        let (_, kid) = try await installation.key(in: from)
        let update = """
            update signing_keys set state = '\(to.rawValue)', activated_at = now(), retired_at = now(),
                verify_until = now(), revoked_at = case when '\(to.rawValue)' = 'revoked' then now() end
            where kid = '\(kid)'
            """
        if from.mayBecome(to) {
            try await installation.asSuperuser(update)
        } else {
            let error = await #expect(throws: PostgresError.self) { try await installation.asSuperuser(update) }
            guard case .server(let server) = error else { return #expect(error == nil) }
            #expect(server.constraint == "signing_keys_transition_allowed")
        }
    }

    @Test("The service's role can't put a revoked key back, nor prolong, overwrite or delete one that is in use")
    func serviceRole() async throws {
        for state in KeyState.allCases {
            let installation = try await Installation.make()
            let (tenant, kid) = try await installation.key(in: state)
            let secret = Statement<Void, [UInt8]>(
                "select sealed_secret from signing_keys where kid = '\(kid)'", bind: { () },
                row: { (secret: [UInt8]) in secret })
            let before = try await installation.asSuperuser(secret)
            let connection = try await Connection.open(installation.database.serviceURL)
            try await connection.script("set gatehouse.tenant_id = '\(tenant.lowercaseString)'")
            for (attempt, reason) in Self.attempts(on: kid, in: state) {
                let refusal = try await refusedByServer { try await connection.script(attempt) }
                #expect(refusal?.reason == reason, "\(state): \(attempt)")
            }
            #expect(before.count == 1)
            #expect(try await installation.asSuperuser(secret) == before, "\(state)")
            try await connection.script("delete from signing_keys where kid = '\(kid)'")
            await connection.close()
            let keys = try await installation.storedKeys().filter { $0.use == .access }
            #expect(keys.count == (state == .next ? 0 : 1), "\(state): \(keys)")
            #expect(keys.allSatisfy { $0.kid == kid && $0.state == state }, "\(state): \(keys)")
            if state == .retired {
                #expect(try #require(keys.first?.verifyUntil) < Date().addingTimeInterval(2 * 3600))
            }
        }
    }

    /// What is no right of the service's, with the reason why it is refused; nil where it does no harm to a key in that state.
    private static func attempts(on kid: String, in state: KeyState) -> [(sql: String, reason: String?)] {
        let noRight = SQLState.insufficientPrivilege.rawValue
        return [
            ("update signing_keys set sealed_secret = '' where kid = '\(kid)'", noRight),
            (
                """
                insert into signing_keys (tenant_id, kid, use, algorithm, state, sealed_secret, retired_at, verify_until)
                select tenant_id, 'back', use, algorithm, 'retired', sealed_secret, now(), now() + interval '9 years'
                from signing_keys where kid = '\(kid)'
                """, noRight
            ),
            (
                "update signing_keys set verify_until = now() + interval '9 years' where kid = '\(kid)'",
                state == .retired ? "signing_keys_verification_final" : nil
            ),
            (
                """
                update signing_keys set state = 'retired', retired_at = now(), verify_until = now() + interval '9 years'
                where kid = '\(kid)' and state = 'revoked'
                """, state == .revoked ? "signing_keys_transition_allowed" : nil
            ),
        ]
    }

    @Test("Only a next key is discarded, and only a retired one whose time is over is removed")
    func gone() async throws {
        for state in KeyState.allCases {
            let installation = try await Installation.make()
            let (tenant, kid) = try await installation.key(in: state)
            try await installation.asSuperuser("update signing_keys set verify_until = now() where state = 'retired'")
            try await installation.administration.database.transaction(in: tenant) { transaction in
                _ = try await transaction.execute(KeyStatements.removeExpired, tenant)
                _ = try await transaction.execute(KeyStatements.discardNext, (tenant, .access))
            }
            let isGone = try await !installation.storedKeys().contains { $0.kid == kid }
            #expect(isGone == [.next, .retired].contains(state), "\(state)")
        }
    }
}

extension Installation {
    /// The one access key of the tenant `shop`, in that state; nothing else competes for it.
    fileprivate func key(in state: KeyState) async throws -> (tenant: UUID, kid: String) {
        let tenant = try await tenant().tenant.id
        try await asSuperuser("delete from signing_keys where use = 'access' and state = 'current'")
        let kid = try #require(try await storedKeys().first { $0.use == .access }).kid
        let path: [String] =
            switch state {
            case .next: []
            case .current: ["current"]
            case .retired: ["current", "retired"]
            case .revoked: ["revoked"]
            }
        for step in path {
            try await asSuperuser(
                """
                update signing_keys set state = '\(step)', activated_at = now(),
                    retired_at = case when '\(step)' = 'retired' then now() end,
                    verify_until = case when '\(step)' = 'retired' then now() + interval '1 h' end,
                    revoked_at = case when '\(step)' = 'revoked' then now() end
                where kid = '\(kid)'
                """)
        }
        return (tenant, kid)
    }
}
