import FoundationEssentials

/// What the row of a session says at one moment, by the database's clock: all that decides about a presented generation.
struct RefreshState: Sendable, Equatable {
    let generation: Int
    let createdAt: Date
    let rotatedAt: Date
    let hasEnded: Bool
    let userIsEnabled: Bool
    let tenantIsEnabled: Bool
    let refreshTTL: Duration
    let sessionMaxAge: Duration
    let grace: Duration
    let reusePolicy: ReusePolicy
    let now: Date

    /// The moment from which the session is over by itself: idle for too long, or too old.
    var expiresAt: Date {
        Session.expiry(createdAt: createdAt, rotatedAt: rotatedAt, refreshTTL: refreshTTL, maxAge: sessionMaxAge)
    }

    /// Whether the session can be used at all.
    var isLive: Bool { outcome(presenting: generation) == .rotates }

    /// What presenting generation `presented` comes to. `RotateRefreshToken` repeats `.rotates` as its predicate.
    func outcome(presenting presented: Int) -> RefreshOutcome {
        guard tenantIsEnabled else { return .tenantGone }
        guard !hasEnded, userIsEnabled else { return .sessionEnded }
        guard now < expiresAt else { return .expired }
        if presented == generation { return .rotates }
        if presented > generation { return .unknownGeneration }
        guard presented == generation - 1 else { return .reuse }
        // Anchored at the rotation: answering again doesn't prolong it. A request that began before is within it too.
        if now.timeIntervalSince(rotatedAt) <= grace.seconds { return .repeatsSuccessor }
        return reusePolicy == .untilUsed ? .repeatsUnusedSuccessor : .reuse
    }
}

/// What becomes of a presented refresh token.
enum RefreshOutcome: Sendable, Equatable {
    /// It is the live generation: the row moves on and the next one is answered.
    case rotates
    /// Its successor was answered a moment ago and is answered again: a lost response, a second tab, a retry.
    case repeatsSuccessor
    /// Policy `until_used`: the successor has not been used, so it is answered again after the grace, and recorded.
    case repeatsUnusedSuccessor
    /// An older generation outside the grace: theft or a broken client. The session ends.
    case reuse
    /// A generation that was never issued: the database was restored from a backup. Nothing is revoked.
    case unknownGeneration
    case sessionEnded
    case expired
    case tenantGone
}

extension Session {
    static func expiry(createdAt: Date, rotatedAt: Date, refreshTTL: Duration, maxAge: Duration) -> Date {
        min(rotatedAt.addingTimeInterval(refreshTTL.seconds), createdAt.addingTimeInterval(maxAge.seconds))
    }
}
