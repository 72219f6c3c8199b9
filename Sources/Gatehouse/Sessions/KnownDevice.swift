/// A device that has signed in as the user whose account is tried.
enum KnownDevice: Sendable {
    /// Under the password that they have now.
    case recognised(DeviceClaims)
    /// Under an earlier one. It may be the owner's, or anybody's who got in by that password.
    case stale(DeviceClaims)

    var recognised: DeviceClaims? {
        switch self {
        case .recognised(let claims): claims
        case .stale: nil
        }
    }
}
