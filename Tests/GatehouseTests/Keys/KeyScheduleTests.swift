import FoundationEssentials
import Testing

@testable import Gatehouse

/// When something is due, as a pure function of what is stored.
@Suite struct KeyScheduleTests {
    static let start = Date(timeIntervalSince1970: 1_800_000_000)

    static func key(
        _ state: KeyState, at seconds: Double, use: KeyUse = .access, until: Double? = nil,
        _ algorithm: SigningAlgorithm = .es256, isExported: Bool = false
    ) -> StoredKey {
        let date = start.addingTimeInterval(seconds)
        return StoredKey(
            kid: "\(use)-\(state)-\(seconds)", use: use, algorithm: use == .access ? algorithm : .hs256, state: state,
            createdAt: date, activatedAt: state == .next ? nil : date, retiredAt: state == .retired ? date : nil,
            verifyUntil: until.map { start.addingTimeInterval($0) }, exportedAt: isExported ? date : nil)
    }

    static func tenant(every: Duration?, enabled: Bool = true) -> Tenant {
        var settings = TenantSettings.standard
        settings.rotateEvery = every
        return Tenant(
            id: UUID(), slug: "shop", name: "shop", settings: settings, isEnabled: enabled, createdAt: start)
    }

    static func due(_ keys: [StoredKey], every: Duration?, enabled: Bool = true) -> Double? {
        KeySchedule(keys: keys, of: tenant(every: every, enabled: enabled), jwksMaxAge: .seconds(300)).rotationDue?
            .timeIntervalSince(start)
    }

    @Test("A rotation is due when the current key has signed for the interval")
    func interval() {
        #expect(Self.due([Self.key(.current, at: 100), Self.key(.next, at: 100)], every: .seconds(3600)) == 3700)
    }

    @Test(
        "It is never due before the next key has been known for the JWKS max-age and the time an instance may be deaf")
    func published() {
        #expect(Self.due([Self.key(.current, at: 0), Self.key(.next, at: 0)], every: .seconds(1)) == 305)
        #expect(Self.due([Self.key(.current, at: 0), Self.key(.next, at: 5000)], every: .seconds(60)) == 5305)
    }

    @Test("Without a schedule, and for a disabled tenant, no rotation is due; refresh keys have none")
    func none() {
        let keys = [Self.key(.current, at: 0), Self.key(.next, at: 0)]
        #expect(Self.due(keys, every: nil) == nil)
        #expect(Self.due(keys, every: .seconds(60), enabled: false) == nil)
        #expect(Self.due([Self.key(.current, at: 0, use: .refresh)], every: .seconds(60)) == nil)
    }

    @Test("Where a shared secret is known to apps, or is to be, the operator rotates and not the schedule")
    func handedOver() {
        let handedOut = Self.key(.current, at: 0, .hs256, isExported: true)
        let kept = Self.key(.current, at: 0, .hs256)
        let published = Self.key(.current, at: 0)
        let (next, given) = (Self.key(.next, at: 0, .hs256), Self.key(.next, at: 0, .hs256, isExported: true))
        #expect(Self.due([handedOut, next], every: .seconds(3600)) == nil)
        #expect(Self.due([published, next], every: .seconds(3600)) == nil)
        #expect(Self.due([handedOut, given], every: .seconds(3600)) == nil)
        #expect(Self.due([published, given], every: .seconds(3600)) == nil)
        #expect(Self.due([kept, given], every: .seconds(3600)) == nil)
        #expect(Self.due([kept, next], every: .seconds(3600)) == 3600)
        #expect(Self.due([handedOut, Self.key(.next, at: 0)], every: .seconds(3600)) == 3600)
    }

    @Test("What a retired key signed decides when it is removed, of either use")
    func removal() {
        let keys = [
            Self.key(.retired, at: 0, until: 960), Self.key(.retired, at: 0, use: .refresh, until: 500),
            Self.key(.current, at: 0),
        ]
        let schedule = KeySchedule(keys: keys, of: Self.tenant(every: nil), jwksMaxAge: .seconds(300))
        #expect(schedule.removalDue == Self.start.addingTimeInterval(500))
    }

    @Test("A forecast says since when, from when or until when a key signs")
    func forecast() {
        let keys = [Self.key(.current, at: 0), Self.key(.next, at: 0), Self.key(.next, at: 0, use: .refresh)]
        let scheduled = KeySchedule(keys: keys, of: Self.tenant(every: .seconds(900)), jwksMaxAge: .seconds(300))
        let manual = KeySchedule(keys: keys, of: Self.tenant(every: nil), jwksMaxAge: .seconds(300))
        let at = { Self.start.addingTimeInterval($0) }
        #expect(keys.map { ForecastKey($0, scheduled).signs } == [.now, .from(at(900)), .onRotation(from: at(0))])
        #expect(
            keys.map { ForecastKey($0, manual).signs } == [.now, .onRotation(from: at(300)), .onRotation(from: at(0))])
    }
}
