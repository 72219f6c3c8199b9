/// Why a session ended before its time, as its row says.
enum EndReason: String {
    case loggedOut = "logged_out"
    case passwordChanged = "password_changed"
    case passwordReset = "password_reset"
    case emailChangeUndone = "email_change_undone"
    case userDisabled = "user_disabled"
    case revokedByUser = "revoked_by_user"
    case revokedByClient = "revoked_by_client"
    case revokedByOperator = "revoked_by_operator"
    case refreshTokenReused = "refresh_token_reused"
    case keysRevoked = "keys_revoked"
}
