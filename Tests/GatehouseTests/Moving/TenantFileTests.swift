import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

/// Files that are not what was exported: nothing of any of them arrives.
@Suite(.installation) struct TenantFileTests {
    @Test("A wrong passphrase is refused before anything is written, and so is a short one before it is tried")
    func passphrase() async throws {
        let (move, lines) = try await Self.exported()
        await Self.refused("not the passphrase") {
            // The rest of the file isn't even looked at.
            try await Move.importing([lines[0]], into: move.to, passphrase: "a passphrase of other words")
        }
        #expect(throws: FieldFault.self) { try Passphrase("eleven char") }
    }

    @Test("A file that is cut, altered anywhere, reordered, doubled in part or prolonged is refused as a whole")
    func altered() async throws {
        let (move, lines) = try await Self.exported()
        for index in lines.indices {
            for (name, damaged) in Self.damages(to: lines, at: index) {
                await Self.refused("", "\(name) at line \(index + 1)") {
                    try await Move.importing(damaged, into: move.to)
                }
            }
        }
        await Self.refused("something follows") {
            try await Move.importing(lines + [lines[1]], into: move.to)
        }
        await Self.refused("no tenant's file") { try await Move.importing([], into: move.to) }
        #expect(try await move.to.rowCounts().values.allSatisfy { $0 == 0 })
        try await Move.importing(lines, into: move.to)
    }

    @Test("A tenant that is there already is left as it is")
    func exists() async throws {
        let (move, lines) = try await Self.exported()
        try await Move.importing(lines, into: move.to)
        let before = try await move.to.rowCounts()
        await #expect(throws: Refusal.tenantExists) { try await Move.importing(lines, into: move.to) }
        let other = try Move.forged(tenant: UUID(), [(.settings, #"{"name":"other"}"#)])
        await #expect(throws: Refusal.tenantExists) { try await Move.importing(other, into: move.to) }
        let id = try await move.to.administration.showTenant("shop").id
        let same = try Move.forged(tenant: id, slug: "blog", [(.settings, #"{"name":"other"}"#)])
        await #expect(throws: Refusal.tenantExists) { try await Move.importing(same, into: move.to) }
        #expect(try await move.to.rowCounts() == before)
    }

    @Test("No row gets into another tenant, whoever wrote the file")
    func isolation() async throws {
        let installation = try await Installation.make()
        let blog = try await installation.tenant("blog").tenant.id.lowercaseString
        let user = UUID().lowercaseString
        let before = try await installation.rowCounts()
        for (section, row) in [
            (.user, #"{"tenant_id":"\#(blog)","id":"\#(user)","email":"eve@example.com"}"#),
            (.user, #"{"id) select '\#(blog)'; --":"\#(user)"}"#), (.user, #"{"email_key":"x","id":"\#(user)"}"#),
            (.session, #"{"id":"\#(user)","user_id":"\#(user)"}"#),
            (.settings, #"{"id":"\#(blog)","name":"x"}"#), (.settings, #"{"keys_due_at":null,"name":"x"}"#),
            (.key, #"{"kid":"k","use":"access","algorithm":"ES256","state":"current","sealed_secret":"\\x00"}"#),
            (.key, #"{"kid":"k","use":"access","algorithm":"ES256","state":"current","secret":"AAAA"}"#),
        ] as [(TenantFileSection, String)] {
            let file = try Move.forged(tenant: UUID(), [(.settings, #"{"name":"shop"}"#), (section, row)])
            await Self.refused("", row) { try await Move.importing(file, into: installation) }
        }
        #expect(try await installation.rowCounts() == before)
    }

    @Test(
        "Neither a key nor the passphrase, nor a token stands in the file; nor does the secret of a revoked key, sealed or not"
    )
    func secrecy() async throws {
        let move = try await Move.make()
        let tenant = try await move.from.tenant { $0.algorithm = .hs256 }
        let session = try await move.from.register(in: tenant)
        _ = try await move.from.administration.rotateKeys(tenant: "shop", use: .all, emergency: true, force: true)
        let lines = try await Move.export(from: move.from, withAudit: true)
        let text = String(decoding: Array(lines.joined(separator: [10])), as: UTF8.self)
        let sealed = try await move.from.administration.database.query(
            KeyStatements.all, tenant.tenant.id, in: tenant.tenant.id)
        for key in sealed {
            let secret = try move.from.sealer.open(key.secret, for: key.identity(in: tenant.tenant.id))
            for form in secret.withUnsafeBytes({ Self.forms(of: Array($0)) }) { #expect(!text.contains(form)) }
            for form in Self.forms(of: key.secret) { #expect(!text.contains(form)) }
        }
        for secret in [Move.passphrase, Installation.password, session.accessToken, session.refreshToken] {
            #expect(!text.contains(secret))
        }
        #expect(
            text.split(separator: "\n").count { $0.contains(#""state":"revoked""#) && $0.contains(#""secret":null"#) }
                == 2)
        // Revoked it stays, and nobody can bring the key back.
        try await Move.importing(lines, into: move.to)
        let kid = try #require(sealed.first { $0.key.state == .revoked && $0.key.use == .access }?.key.kid)
        let jwk = #"{"kty":"oct","alg":"HS256","kid":"\#(kid)","k":"\#(String(repeating: "A", count: 43))"}"#
        await #expect(throws: Refusal.self) {
            try await move.to.administration.importKey(
                tenant: "shop", jwk: Array(jwk.utf8), use: .access, state: .retired)
        }
        #expect(try await move.to.administration.verifyMasterKey().keys.unopened.isEmpty)
    }

    @Test("A setting that is new goes along without being named anywhere, and one that is unknown is refused by name")
    func newSettings() async throws {
        let move = try await Move.make()
        let add = "alter table tenants add column colour text not null default 'red'"
        try await move.from.asSuperuser(add)
        _ = try await move.from.tenant()
        try await move.from.asSuperuser("update tenants set colour = 'green'")
        let lines = try await Move.export(from: move.from)
        await Self.refused("colour of the settings") { try await Move.importing(lines, into: move.to) }
        try await move.to.asSuperuser(add)
        try await Move.importing(lines, into: move.to)
        let colour = Statement<Void, String>(
            "select colour from tenants", bind: { () }, row: { (colour: String) in colour })
        #expect(try await move.to.ownerPool.first(colour, ()) == "green")
        // And a file from before there was the setting has its default.
        try await move.to.administration.deleteTenant("shop")
        let older = try Move.forged(tenant: UUID(), [(.settings, #"{"name":"shop"}"#)])
        try await Move.importing(older, into: move.to)
        #expect(try await move.to.ownerPool.first(colour, ()) == "red")
    }

    @Test("Every table of a tenant moves, or is one that is left behind on purpose")
    func tables() async throws {
        let installation = try await Installation.make()
        let tables = Statement<Void, String>(
            """
            select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
            where a.attname = 'tenant_id' and c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
            """, bind: { () }, row: { (name: String) in name })
        let known = TenantFileSection.tablesLeft.union(TenantFileSection.allCases.map(\.table)).subtracting(["tenants"])
        #expect(Set(try await installation.ownerPool.query(tables, ())) == known)
    }

    @Test("A tenant with a key that doesn't open isn't exported in part")
    func damagedKey() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        try await installation.asSuperuser(
            "update signing_keys set sealed_secret = set_byte(sealed_secret, 40, get_byte(sealed_secret, 40) # 1) where state = 'next'"
        )
        await #expect(throws: Refusal.keysUnavailable) { try await Move.export(from: installation) }
    }

    private static func exported() async throws -> (Move, [[UInt8]]) {
        let move = try await Move.make()
        let tenant = try await move.from.tenant()
        for email in ["ada@example.com", "bob@example.com"] {
            _ = try await move.from.register(email, in: tenant)
        }
        for _ in 0..<2 { _ = try await move.from.client() }
        return (move, try await Move.export(from: move.from, withAudit: true))
    }

    /// The file with one line lost, altered, given twice, exchanged with the next one, or the last.
    private static func damages(to lines: [[UInt8]], at index: Int) -> [(String, [[UInt8]])] {
        var (lost, altered, doubled, swapped) = (lines, lines, lines, lines)
        lost.remove(at: index)
        doubled.insert(lines[index], at: index)
        // A digit or letter somewhere in the middle becomes another, so that the line is JSON still.
        let middle = altered[index].count / 2
        let place = altered[index][middle...].firstIndex { (0x61..<0x66).contains($0) || (0x30..<0x39).contains($0) }
        altered[index][place ?? middle] += 1
        var damages = [("lost", lost), ("doubled", doubled), ("altered", altered), ("cut", Array(lines[..<index]))]
        if index + 1 < lines.count {
            swapped.swapAt(index, index + 1)
            damages.append(("swapped", swapped))
        }
        return damages
    }

    private static func forms(of bytes: [UInt8]) -> [String] {
        [Base64URL.encode(bytes), PHCBase64.encode(bytes), Hexadecimal.encode(bytes)]
    }

    /// Expects a refusal whose sentence has this in it.
    private static func refused(
        _ part: String, _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation,
        _ work: () async throws -> Void
    ) async {
        do {
            try await work()
            Issue.record("It was not refused. \(comment)", sourceLocation: sourceLocation)
        } catch Refusal.invalidSetting(let message) {
            #expect(part.isEmpty || message.contains(part), "\(comment)", sourceLocation: sourceLocation)
        } catch {
            Issue.record("\(error) \(comment)", sourceLocation: sourceLocation)
        }
    }
}
