import Gatehouse
import Postgres
import TestSupport
import Testing

extension BrowserTests {
    /// A lock on the session holds their requests at the service until both have left the browser.
    @Suite("Two tabs of one browser") struct TwoTabsTests {
        @Test("that refresh with one token at once get one successor, and both stay signed in")
        func together() async throws {
            try await Visitor.run { visitor in
                let tabs = [try await visitor.signedInPage(), try await visitor.appPage()]
                let url = visitor.url("/v1/refresh")
                let before = try await visitor.profile.cookies(of: visitor.tenant)
                let lock = try await HeldSessions(of: visitor)
                let answers = try await withThrowingTaskGroup(of: Fetched.self) { group in
                    for tab in tabs {
                        let count = await tab.tools.events(in: tab.session).count
                        group.addTask { try await tab.fetch("POST", url) }
                        let sent = try await tab.sent("POST", url, after: count)
                        let token = try #require(before[visitor.tenant.refreshCookie])
                        #expect(sent["cookie"]?.contains(token) == true)
                    }
                    try await lock.release()
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(answers.map(\.status) == [200, 200], "\(answers)")
                let after = try await visitor.profile.cookies(of: visitor.tenant)
                let successor = try #require(after[visitor.tenant.refreshCookie])
                #expect(successor != before[visitor.tenant.refreshCookie])
                for tab in tabs {
                    let lines = try await tab.exchange("POST", url).setCookies
                    #expect(lines.contains { $0.hasPrefix("\(visitor.tenant.refreshCookie)=\(successor);") })
                    #expect(!lines.contains { $0.contains("Max-Age=0") }, "\(lines)")
                }
                for tab in tabs + tabs { try await visitor.expectSignedIn(tab) }
            }
        }

        @Test("keep the session that one of them has begun while the refresh of the other was refused")
        func loser() async throws {
            try await Visitor.run { visitor in
                let (winner, loser) = (try await visitor.signedInPage(), try await visitor.appPage())
                let url = visitor.url("/v1/refresh")
                let lock = try await HeldSessions(of: visitor, ending: true)
                let count = await loser.tools.events(in: loser.session).count
                async let refused = loser.fetch("POST", url)
                _ = try await loser.sent("POST", url, after: count)
                #expect(try await visitor.logIn(on: winner).status == 200)
                let jar = try await visitor.profile.cookies
                try await lock.release()
                #expect(try await refused.code == "session_ended")
                #expect(try await loser.exchange("POST", url).setCookies.isEmpty)
                #expect(try await visitor.profile.cookies == jar)
                for tab in [winner, loser] { try await visitor.expectSignedIn(tab) }
            }
        }
    }
}

/// A transaction that holds the sessions of a tenant, so that refreshes of them wait; perhaps ending them.
private struct HeldSessions {
    private let connection: Connection

    init(of visitor: Visitor, ending: Bool = false) async throws {
        connection = try await Connection.open(visitor.stage.service.database.superuserURL)
        let tenant = "tenant_id = (select id from tenants where slug = '\(visitor.tenant.tenant.slug)')"
        let statement =
            ending
            ? "update refresh_tokens set ended_at = now(), end_reason = 'logout' where \(tenant)"
            : "select id from refresh_tokens where \(tenant) for update"
        try await connection.script("begin; \(statement)")
    }

    func release() async throws {
        try await connection.script("commit")
        await connection.close()
    }
}
