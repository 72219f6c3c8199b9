/// What a rotation came to for one use.
public struct KeyRotation: Sendable {
    public let use: KeyUse
    public let current: StoredKey
    /// What was current before: retired, or revoked in an emergency.
    public let retired: StoredKey?
    public let next: StoredKey
}
