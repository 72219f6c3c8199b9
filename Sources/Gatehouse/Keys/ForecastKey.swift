public import FoundationEssentials

/// A stored key with what becomes of it when nobody intervenes.
public struct ForecastKey: Sendable, Equatable {
    public enum Signing: Sendable, Equatable {
        /// It is the current key.
        case now
        /// The schedule puts it to use then.
        case from(Date)
        /// Whenever an operator rotates the keys, which takes no `--force` from then on.
        case onRotation(from: Date)
        case never
    }

    public let key: StoredKey
    public let signs: Signing

    /// When the key disappears; nil as long as nobody rotates or revokes it, and for a revoked key, which stays listed.
    public var goneAt: Date? { key.verifyUntil }

    init(_ key: StoredKey, _ schedule: KeySchedule) {
        self.key = key
        signs =
            switch key.state {
            case .current: .now
            case .retired, .revoked: .never
            case .next where key.use == .refresh: .onRotation(from: key.createdAt)
            case .next: schedule.rotationDue.map { .from($0) } ?? .onRotation(from: key.createdAt + schedule.jwksMaxAge)
            }
    }
}
