/// What a signing key is for.
public enum KeyUse: String, Sendable, CaseIterable {
    /// Access tokens, which apps verify with the published keys.
    case access
    /// Refresh and device tokens, which only Gatehouse reads.
    case refresh
}
