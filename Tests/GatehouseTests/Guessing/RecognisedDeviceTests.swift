import FoundationEssentials
import Testing

@testable import Gatehouse

/// The owner's devices get in at the first try during any attack.
@Suite(.installation) struct RecognisedDeviceTests {
    static let limits = "account=3/15m,device=2/15m,source=3/15m"

    private func underAttack() async throws -> (Installation, ServedTenant, IssuedSession) {
        let installation = try await Installation.make(limits: GuessLimits(parsing: Self.limits))
        let tenant = try await installation.tenant()
        let session = try await installation.register(in: tenant)
        for _ in 0..<3 { _ = try? await installation.logIn(password: "wrong", in: tenant) }
        try await installation.delayNextAttempt()
        await #expect { try await installation.logIn(in: tenant) } throws: {
            ($0 as? Refusal)?.code == "too_many_attempts"
        }
        return (installation, tenant, session)
    }

    @Test("A device that has signed in before gets in while account and source are used up, and is known afterwards")
    func recognised() async throws {
        let (installation, tenant, session) = try await underAttack()
        var token = session.deviceToken
        var ids: Set<UUID> = []
        for _ in 0..<4 {
            let next = try await installation.logIn(from: token, in: tenant)
            token = next.deviceToken
            ids.insert(try next.deviceID)
        }
        #expect(ids.count == 1)
    }

    @Test("Another user's, another tenant's, a forged, an outdated or another kind of token recognises nobody")
    func unrecognised() async throws {
        let (installation, tenant, session) = try await underAttack()
        let blog = try await installation.tenant("blog")
        let bob = try await installation.register("bob@example.com", in: tenant)
        let elsewhere = try await installation.register(in: blog)
        let good = try #require(session.deviceToken)
        var claims = try DeviceClaims(payload: CompactJWS.parse(good).payload)
        let stranger = try CompactJWS.sign(payload: claims.encoded(), type: .deviceToken, key: .generate(.hs256))
        let key = try #require(tenant.refreshKeys.signingKey)
        let mistyped = try CompactJWS.sign(payload: claims.encoded(), type: .refreshToken, key: key)
        // As tokens were before they said which password it was.
        var members = try #require(JSON.parse(claims.encoded()).objectValue)
        members["pwv"] = nil
        let unversioned = try CompactJWS.sign(payload: members.serialized(), type: .deviceToken, key: key)
        claims.passwordVersion += 1
        let later = try CompactJWS.sign(payload: claims.encoded(), type: .deviceToken, key: key)
        for token in [
            bob.deviceToken, elsewhere.deviceToken, stranger, mistyped, unversioned, later, session.refreshToken,
            session.accessToken, "", String(good.dropLast()),
        ] {
            await #expect { try await installation.logIn(from: token, in: tenant) } throws: {
                ($0 as? Refusal)?.code == "too_many_attempts"
            }
        }
        _ = try await installation.logIn(from: good, in: tenant)
    }

    @Test("A device token opens nothing")
    func opensNothing() async throws {
        let installation = try await Installation.make()
        let tenant = try await installation.tenant()
        let token = try #require(try await installation.register(in: tenant).deviceToken)
        await #expect(throws: Refusal.invalidToken) { try await installation.refresh(token, in: tenant) }
        await #expect(throws: Refusal.invalidToken) {
            try await installation.service.authenticate(token, in: tenant)
        }
        await #expect(throws: Refusal.invalidCredentials) {
            try await installation.logIn(password: "wrong", from: token, in: tenant)
        }
    }

    @Test("A device is known on while the refresh keys are rotated, and forgotten when its key is revoked")
    func keys() async throws {
        let (installation, tenant, session) = try await underAttack()
        _ = tenant
        for emergency in [false, true] {
            _ = try await installation.administration.rotateKeys(
                tenant: "shop", use: .refresh, emergency: emergency, force: false)
            let fresh = try await installation.fresh("shop")
            if emergency {
                await #expect { try await installation.logIn(from: session.deviceToken, in: fresh) } throws: {
                    ($0 as? Refusal)?.code == "too_many_attempts"
                }
            } else {
                _ = try await installation.logIn(from: session.deviceToken, in: fresh)
            }
        }
    }
}
