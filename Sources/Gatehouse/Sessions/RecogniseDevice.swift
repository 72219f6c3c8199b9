import FoundationEssentials

/// Whose device a presented token says that it is.
struct RecogniseDevice: Sendable {
    let clock: Clock

    /// Nil for no token, one that is forged, foreign or old, and one whose key this instance doesn't have: the device is
    /// then simply not recognised. Nor is it before `confirmed` has seen the user.
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
    /// These claims, where the device has signed in as that user under the password they have now; nil where it is another's, or the
    /// password has changed since: whoever had got in by the old one has got no more of it than the old password.
    func confirmed(for user: UUID, passwordVersion: Int32) -> DeviceClaims? {
        subject == user && self.passwordVersion == Int(passwordVersion) ? self : nil
    }
}
