import FoundationEssentials

/// Whose device a presented token says that it is.
struct RecogniseDevice: Sendable {
    let clock: Clock

    /// Nil for no token, one that is forged, foreign or old, and one whose key this instance doesn't have: the device is
    /// then simply not recognised. Nor is it before `device(of:passwordVersion:)` has seen the user.
    func callAsFunction(_ token: String?, in served: ServedTenant) -> DeviceClaims? {
        guard let token else { return nil }
        do throws(TokenFault) {
            let jws = try CompactJWS.parse(token)
            let now = clock.now()
            try served.refreshKeys.verify(jws, expecting: .deviceToken, at: now)
            let claims = try DeviceClaims(payload: jws.payload)
            try claims.validate(tenantID: served.tenant.id, at: now)
            return claims
        } catch {
            return nil
        }
    }
}

extension DeviceClaims {
    /// What the device is to that user under the password they have now; nil where it is another's.
    func device(of user: UUID, passwordVersion: Int32) -> KnownDevice? {
        let current = Int(passwordVersion)
        guard subject == user, self.passwordVersion <= current else { return nil }
        return self.passwordVersion == current ? .recognised(self) : .stale(self)
    }
}
