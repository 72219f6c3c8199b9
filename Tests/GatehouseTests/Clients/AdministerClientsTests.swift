import Crypto
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// API clients as operators make and remove them.
@Suite(.installation) struct AdministerClientsTests {
    @Test("A client is made with a secret of its own, listed in order, recorded, and gone when it is deleted")
    func lifeCycle() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let office = installation.administration
        let first = try await office.createClient(tenant: "shop", name: "  Backend ")
        let second = try await office.createClient(tenant: "shop", name: "Backend")
        #expect(first.client.name == "Backend" && first.client.id != second.client.id)
        #expect(first.secret.revealed != second.secret.revealed)
        #expect(try await office.listClients(tenant: "shop") == [first.client, second.client])
        let id = first.client.id.lowercaseString
        #expect(try await office.deleteClient(tenant: "shop", id: id) == first.client)
        #expect(try await office.listClients(tenant: "shop") == [second.client])
        for unknown in [id, "nonsense"] {
            await #expect(throws: Refusal.clientNotFound) { try await office.deleteClient(tenant: "shop", id: unknown) }
        }
        let events = try await office.listEvents(tenant: "shop", type: nil, age: nil, limit: 10)
        #expect(events.map(\.type) == ["client.deleted", "client.created", "client.created", "tenant.created"])
        #expect(events.first?.detail == ["client_id": .string(id)] && events.first?.actor == "tests")
    }

    @Test("What is stored of a secret is its SHA-256")
    func storedHash() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let made = try await installation.administration.createClient(tenant: "shop", name: "Backend")
        let stored = Statement<Void, [UInt8]>(
            "select secret_hash from api_clients", bind: { () }, row: { (hash: [UInt8]) in hash })
        let secret = try #require(Base64URL.decode(String(made.secret.revealed.dropFirst(ClientSecret.prefix.count))))
        #expect(try await installation.asSuperuser(stored) == [Array(SHA256.hash(data: secret))])
    }

    @Test("A tenant has a hundred clients and no more, whatever others have; deleting one makes room")
    func limit() async throws {
        let installation = try await Installation.make()
        let (shop, blog) = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        try await installation.asSuperuser(
            """
            insert into api_clients (tenant_id, id, name, secret_hash)
            select '\(shop.tenant.id.lowercaseString)', gen_random_uuid(), 'x', sha256('')
            from generate_series(1, \(Administration.maximumClients - 1))
            """)
        let office = installation.administration
        let last = try await office.createClient(tenant: "shop", name: "last")
        await #expect(throws: Refusal.self) { try await office.createClient(tenant: "shop", name: "one too many") }
        _ = try await office.createClient(tenant: blog.tenant.slug, name: "first")
        _ = try await office.deleteClient(tenant: "shop", id: last.client.id.lowercaseString)
        _ = try await office.createClient(tenant: "shop", name: "another")
        #expect(try await office.listClients(tenant: "shop").count == Administration.maximumClients)
    }

    @Test("A name is 1 to 200 characters", arguments: ["", "  ", "a\nb", String(repeating: "x", count: 201)])
    func names(name: String) async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        await #expect(throws: Refusal.self) {
            try await installation.administration.createClient(tenant: "shop", name: name)
        }
        #expect(try await installation.administration.listClients(tenant: "shop").isEmpty)
    }

    @Test("One tenant's client is none of another's, and goes with its tenant")
    func isolation() async throws {
        let installation = try await Installation.make()
        _ = (try await installation.tenant("shop"), try await installation.tenant("blog"))
        let office = installation.administration
        let id = try await office.createClient(tenant: "shop", name: "Backend").client.id.lowercaseString
        await #expect(throws: Refusal.clientNotFound) { try await office.deleteClient(tenant: "blog", id: id) }
        #expect(try await office.listClients(tenant: "blog").isEmpty)
        try await office.deleteTenant("shop")
        #expect(try await installation.rowCount("api_clients") == 0)
    }

    @Test("The service may recognise clients, and neither make, change, remove nor name them")
    func rights() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant().tenant.id
        _ = try await installation.administration.createClient(tenant: "shop", name: "Backend")
        for sql in [
            "update api_clients set secret_hash = sha256('x')", "delete from api_clients",
            "insert into api_clients (tenant_id, id, name, secret_hash) select tenant_id, gen_random_uuid(), 'x', secret_hash from api_clients",
            "select name from api_clients",
        ] {
            let attempt = Statement<Void, Void>(sql, bind: { () })
            let refusal = try await refusedByServer {
                try await installation.serviceDatabase.execute(attempt, (), in: tenant)
            }
            #expect(refusal?.state == .insufficientPrivilege, "\(sql)")
        }
    }
}
