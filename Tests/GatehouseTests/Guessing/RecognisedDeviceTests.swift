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

    @Test("A device's own failures use up its own budget, which a renewed token doesn't refill, and nobody else's")
    func ownBudget() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: Self.limits))
        let tenant = try await installation.tenant()
        let first = try #require(try await installation.register(in: tenant).deviceToken)
        let second = try #require(try await installation.logIn(in: tenant).deviceToken)
        let renewed = try #require(try await installation.logIn(from: first, in: tenant).deviceToken)
        for token in [first, renewed] {
            await #expect(throws: Refusal.invalidCredentials) {
                try await installation.logIn(password: "wrong", from: token, in: tenant)
            }
        }
        try await installation.delayNextAttempt()
        await #expect { try await installation.logIn(from: renewed, in: tenant) } throws: {
            ($0 as? Refusal)?.code == "too_many_attempts"
        }
        _ = try await installation.logIn(from: second, in: tenant)
        _ = try await installation.logIn(in: tenant)
    }

    @Test(
        "After a change or a reset of the password strangers keep the owner's devices out no more than before; each is known anew then",
        arguments: [false, true])
    func newPassword(byMail: Bool) async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=1/15m,source=off"))
        let tenant = try await installation.tenant()
        let owner = try await installation.register(in: tenant)
        if byMail {
            try await installation.reset(try await installation.resetLetter(in: tenant).proofByToken, in: tenant)
        } else {
            try await installation.changePassword(by: owner, in: tenant)
        }
        await installation.fail(from: nil, in: tenant)
        try await installation.delayNextAttempt()
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
            try await installation.logIn(password: Installation.newPassword, in: tenant)
        }
        let again = try await installation.logIn(
            password: Installation.newPassword, from: owner.deviceToken, in: tenant)
        #expect(try await installation.events().last?.detail["device_recognised"] == false)
        #expect(try again.deviceID != owner.deviceID)
        let known = try await installation.logIn(
            password: Installation.newPassword, from: again.deviceToken, in: tenant)
        #expect(try await installation.events().last?.detail["device_recognised"] == true)
        #expect(try known.deviceID == again.deviceID)
    }

    @Test("A device that goes on with the old password leaves the budgets of account and source alone for ten failures")
    func oldPassword() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "account=1/15m,source=1/15m"))
        let tenant = try await installation.tenant()
        let owner = try await installation.register(in: tenant)
        try await installation.changePassword(by: owner, in: tenant)
        for _ in 0..<10 { await installation.fail(Installation.password, from: owner.deviceToken, in: tenant) }
        try await installation.delayNextAttempt()
        _ = try await installation.logIn(password: Installation.newPassword, in: tenant)
        await installation.fail(Installation.password, from: owner.deviceToken, in: tenant)
        try await installation.delayNextAttempt()
        for token in [owner.deviceToken, nil] {
            await #expect { try await installation.logIn(from: token, in: tenant) } throws: {
                ($0 as? Refusal)?.code == "too_many_attempts"
            }
        }
    }

    @Test("Tokens from before the password have one device's budget together, however many and of whichever password")
    func stale() async throws {
        let installation = try await Installation.make(
            limits: GuessLimits(parsing: "account=1/15m,device=2/15m,source=off"))
        let tenant = try await installation.tenant()
        let owner = try await installation.register(in: tenant)
        var tokens = [owner.deviceToken]
        tokens.append(try await installation.logIn(in: tenant).deviceToken)
        try await installation.changePassword(by: owner, in: tenant)
        tokens.append(try await installation.logIn(password: Installation.newPassword, in: tenant).deviceToken)
        try await installation.changePassword(
            from: Installation.newPassword, to: Installation.password, by: owner, in: tenant)
        for token in tokens.suffix(2) { await installation.fail(from: token, in: tenant) }
        try await installation.delayNextAttempt()
        // From here on it is the account's budget.
        await installation.fail(from: tokens[0], in: tenant)
        try await installation.delayNextAttempt()
        for token in tokens {
            await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
                try await installation.logIn(from: token, in: tenant)
            }
        }
    }

    @Test("Where devices have no budget, those from before the password have the account's")
    func staleWithoutBudget() async throws {
        let installation = try await Installation.make(
            limits: GuessLimits(parsing: "account=1/15m,device=off,source=off"))
        let tenant = try await installation.tenant()
        let owner = try await installation.register(in: tenant)
        try await installation.changePassword(by: owner, in: tenant)
        await installation.fail(from: owner.deviceToken, in: tenant)
        try await installation.delayNextAttempt()
        await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
            try await installation.logIn(
                password: Installation.newPassword, from: owner.deviceToken, in: tenant)
        }
    }

    @Test("However many devices somebody has, they have five devices' budgets together, and then pay as strangers do")
    func together() async throws {
        let installation = try await Installation.make(
            limits: GuessLimits(parsing: "account=2/15m,device=2/15m,source=off"))
        let tenant = try await installation.tenant()
        _ = try await installation.register(in: tenant)
        var devices: [String] = []
        for _ in 0..<8 { devices.append(try #require(try await installation.logIn(in: tenant).deviceToken)) }
        for device in devices.prefix(5) {
            for _ in 0..<2 { await installation.fail(from: device, in: tenant) }
        }
        try await installation.delayNextAttempt()
        // From here on it is the account's budget, which a right password is given back to as well.
        await installation.fail(from: devices[5], in: tenant)
        _ = try await installation.logIn(from: devices[5], in: tenant)
        await installation.fail(from: devices[6], in: tenant)
        try await installation.delayNextAttempt()
        for device in devices.suffix(3) {
            await #expect(throws: Refusal.tooManyAttempts(retryAfter: 60)) {
                try await installation.logIn(from: device, in: tenant)
            }
        }
        // What was refused has cost the last of them nothing of its own budget.
        #expect(try await installation.rowCount("guess_counters where failures = 0") == 1)
    }

    @Test("Many sign-ins from one device at once are all let in, and all given back")
    func atOnce() async throws {
        let installation = try await Installation.make(limits: GuessLimits(parsing: "device=100/15m"))
        let tenant = try await installation.tenant()
        let token = try await installation.register(in: tenant).deviceToken
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try await installation.logIn(from: token, in: tenant) } }
            try await group.waitForAll()
        }
        #expect(try await installation.rowCount("guess_counters") == 2)
        #expect(try await installation.rowCount("guess_counters where failures = 0") == 2)
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

extension Installation {
    fileprivate func logIn(
        password: String = Self.password, from device: String?, in tenant: ServedTenant
    ) async throws -> IssuedSession {
        try await service.logIn(
            .email("ada@example.com"), password: Password(password), deviceToken: device, from: Self.client,
            in: tenant)
    }

    /// A wrong password that is looked at.
    fileprivate func fail(_ password: String = "wrong", from device: String?, in tenant: ServedTenant) async {
        await #expect(throws: Refusal.invalidCredentials) {
            try await logIn(password: password, from: device, in: tenant)
        }
    }

    fileprivate func changePassword(
        from current: String = Self.password, to new: String = Self.newPassword, by session: IssuedSession,
        in tenant: ServedTenant
    ) async throws {
        try await service.changePassword(
            current: Password(current), new: Password(new), of: try await signedIn(session, in: tenant),
            from: Self.client, in: tenant)
    }
}

extension IssuedSession {
    fileprivate var deviceID: UUID {
        get throws { try DeviceClaims(payload: CompactJWS.parse(try #require(deviceToken)).payload).deviceID }
    }
}
