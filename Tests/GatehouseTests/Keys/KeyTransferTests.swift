import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite(.installation) struct KeyTransferTests {
    @Test("An imported key verifies at once and keeps its kid; what it isn't for is refused")
    func importing() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        var jwk = KeyMaterial.generate(.es256).privateJWK()
        jwk["kid"] = "from-the-old-system"
        let bytes = JSON.object(jwk).serialized()
        let key = try await installation.administration.importKey(
            tenant: "shop", jwk: bytes, use: .access, state: .retired)
        #expect(key.kid == "from-the-old-system" && key.state == .retired)
        #expect(try await installation.fresh("shop").accessKeys.entry(key.kid)?.material != nil)
        for (jwk, use) in [(bytes, KeyUse.access), (bytes, .refresh), (Array("[]".utf8), .access)] {
            await #expect {
                try await installation.administration.importKey(tenant: "shop", jwk: jwk, use: use, state: .retired)
            } throws: { ($0 as? Refusal)?.code == "invalid_setting" }
        }
    }

    @Test("Only an HS256 secret can be exported, and never a refresh key; the export is recorded")
    func exporting() async throws {
        let installation = try await Installation.make()
        let hs = try await installation.tenant("legacy") { $0.algorithm = .hs256 }
        let es = try await installation.tenant("shop")
        let secretKid = try #require(hs.accessKeys.signingKey?.kid)
        let secret = try await installation.administration.exportKey(
            tenant: "legacy", kid: secretKid, publicOnly: false)
        #expect(secret["kty"] == "oct" && secret["k"] != nil)
        #expect(try await installation.auditTypes(in: hs).contains("keys.secret_exported"))
        let publicKid = try #require(es.accessKeys.signingKey?.kid)
        let jwk = try await installation.administration.exportKey(tenant: "shop", kid: publicKid, publicOnly: true)
        #expect(jwk["x"] != nil && jwk["d"] == nil)
        await #expect {
            try await installation.administration.exportKey(tenant: "shop", kid: publicKid, publicOnly: false)
        } throws: { ($0 as? Refusal)?.code == "guard_refused" }
        let refreshKid = try #require(es.refreshKeys.signingKey?.kid)
        for publicOnly in [false, true] {
            await #expect(throws: Refusal.guardRefused("A refresh key doesn't leave Gatehouse.")) {
                try await installation.administration.exportKey(tenant: "shop", kid: refreshKid, publicOnly: publicOnly)
            }
        }
        await #expect(throws: Refusal.keyNotFound) {
            try await installation.administration.exportKey(tenant: "shop", kid: "nobody's", publicOnly: false)
        }
    }

    @Test("A secret is exported once; the next key's can be, before it signs")
    func exportedOnce() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant { $0.algorithm = .hs256 }
        let keys = try await installation.storedKeys().filter { $0.use == .access }
        for key in keys {
            let secret = try await installation.administration.exportKey(
                tenant: "shop", kid: key.kid, publicOnly: false)
            #expect(secret["k"] != nil)
            await #expect {
                try await installation.administration.exportKey(tenant: "shop", kid: key.kid, publicOnly: false)
            } throws: { ($0 as? Refusal)?.code == "guard_refused" }
        }
        let exports = try await installation.auditTypes(in: tenant).count { $0 == "keys.secret_exported" }
        #expect(keys.count == 2 && exports == 2)
    }

    @Test("What can't be exported is refused before anybody is asked, and nothing counts as exported by that")
    func exportable() async throws {
        let installation = try await Installation.make()
        let hs = try await installation.tenant("legacy") { $0.algorithm = .hs256 }
        let es = try await installation.tenant("shop")
        let office = installation.administration
        let secretKid = try #require(hs.accessKeys.signingKey?.kid)
        try await office.checkExport(tenant: "legacy", kid: secretKid)
        _ = try await office.exportKey(tenant: "legacy", kid: secretKid, publicOnly: false)
        let refused = [
            ("legacy", secretKid), ("legacy", try #require(hs.refreshKeys.signingKey?.kid)),
            ("shop", try #require(es.accessKeys.signingKey?.kid)),
        ]
        for (tenant, kid) in refused {
            await #expect {
                try await office.checkExport(tenant: tenant, kid: kid)
            } throws: { ($0 as? Refusal)?.code == "guard_refused" }
        }
        await #expect(throws: Refusal.keyNotFound) { try await office.checkExport(tenant: "shop", kid: secretKid) }
    }

    @Test("An imported next key replaces the one there was, and signs after the rotation")
    func importedNext() async throws {
        let installation = try await Installation.make()
        _ = try await installation.tenant()
        let jwk = JSON.object(KeyMaterial.generate(.es256).privateJWK()).serialized()
        let key = try await installation.administration.importKey(
            tenant: "shop", jwk: jwk, use: .access, state: .next)
        #expect(try await installation.storedKeys().filter { $0.use == .access && $0.state == .next } == [key])
        #expect(try await installation.rotate(force: true).current.kid == key.kid)
        let other = JSON.object(KeyMaterial.generate(.edDSA).privateJWK()).serialized()
        await #expect {
            try await installation.administration.importKey(tenant: "shop", jwk: other, use: .access, state: .next)
        } throws: { ($0 as? Refusal)?.code == "invalid_setting" }
    }
}
