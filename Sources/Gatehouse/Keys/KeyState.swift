/// Where a signing key is in its life: next → current → retired → gone, and revoked from anywhere.
public enum KeyState: String, Sendable, CaseIterable {
    /// Published, does not sign yet.
    case next
    /// Signs; exactly one per tenant and use.
    case current
    /// Verifies what it signed, until all of that has expired.
    case retired
    /// Verifies nothing, and never will again.
    case revoked

    /// Whether a key of this state may go to that one. The predicates of `KeyStatements` repeat it, and the trigger
    /// `signing_keys_transition` refuses everything else, whoever writes.
    public func mayBecome(_ state: KeyState) -> Bool {
        switch (self, state) {
        case (.next, .current), (.current, .retired), (.next, .revoked), (.current, .revoked), (.retired, .revoked):
            true
        default: false
        }
    }
}
