/// Everything that is recorded. `docs/audit.md` says what each event holds.
///
/// Stored events may have types that a later or an earlier release knows, so they are read back as text.
public enum AuditEventType: String, Sendable, CaseIterable {
    case userRegistered = "user.registered"
    case logInSucceeded = "login.succeeded"
    case logInFailed = "login.failed"
    case sessionLoggedOut = "session.logged_out"
    case sessionRevoked = "session.revoked"
    case allSessionsRevoked = "session.all_revoked"
    case passwordChanged = "password.changed"
    case passwordChangeFailed = "password.change_failed"
    case passwordReset = "password.reset"
    case codeFailed = "code.failed"
    case emailVerified = "email.verified"
    case emailChanged = "email.changed"
    case emailChangeFailed = "email.change_failed"
    case emailChangeUndone = "email.change_undone"
    case profileUpdated = "user.updated"
    case deletionFailed = "user.deletion_failed"

    case refreshTokenReused = "refresh.reuse_detected"
    case refreshRepeatedAfterGrace = "refresh.repeated_after_grace"
    case refreshGenerationUnknown = "refresh.unknown_generation"

    case userCreated = "user.created"
    case userEnabled = "user.enabled"
    case userDisabled = "user.disabled"
    case userDeleted = "user.deleted"
    case userClaimsSet = "user.claims_set"
    case userChangedByOperator = "user.changed_by_operator"
    case userImported = "user.imported"

    case tenantCreated = "tenant.created"
    case tenantUpdated = "tenant.updated"
    case tenantEnabled = "tenant.enabled"
    case tenantDisabled = "tenant.disabled"
    case tenantExported = "tenant.exported"
    case tenantImported = "tenant.imported"

    case clientCreated = "client.created"
    case clientDeleted = "client.deleted"

    case mailRetried = "mail.retried"
    case mailTemplateSet = "mail_template.set"
    case mailTemplateDeleted = "mail_template.deleted"

    case webhookCreated = "webhook.created"
    case webhookEnabled = "webhook.enabled"
    case webhookDisabled = "webhook.disabled"
    case webhookDeleted = "webhook.deleted"
    case webhooksReplayed = "webhook.replayed"

    case keysRotated = "keys.rotated"
    case keysRevoked = "keys.revoked"
    case keysImported = "keys.imported"
    case keySecretExported = "keys.secret_exported"
    case keysResealed = "keys.resealed"
    case keysDestroyed = "keys.destroyed"

    /// Whether an event of this type may be about one user, which is what webhooks are told of.
    public var mayNameUser: Bool {
        switch self {
        case .userRegistered, .logInSucceeded, .logInFailed, .sessionLoggedOut, .sessionRevoked, .allSessionsRevoked,
            .passwordChanged, .passwordChangeFailed, .passwordReset, .codeFailed, .emailVerified, .emailChanged,
            .emailChangeFailed, .emailChangeUndone, .profileUpdated, .deletionFailed, .refreshTokenReused,
            .refreshRepeatedAfterGrace, .refreshGenerationUnknown, .userCreated, .userEnabled, .userDisabled,
            .userDeleted, .userClaimsSet, .userChangedByOperator:
            true
        case .userImported, .tenantCreated, .tenantUpdated, .tenantEnabled, .tenantDisabled, .tenantExported,
            .tenantImported, .clientCreated, .clientDeleted, .mailRetried, .mailTemplateSet, .mailTemplateDeleted,
            .webhookCreated, .webhookEnabled, .webhookDisabled, .webhookDeleted, .webhooksReplayed, .keysRotated,
            .keysRevoked, .keysImported, .keySecretExported, .keysResealed, .keysDestroyed:
            false
        }
    }
}

/// What is recorded of the installation as a whole, or of a tenant that is gone with its trail.
enum OperatorEventType: String {
    case tenantDeleted = "tenant.deleted"
    /// The first tenant has been sealed anew under another master key.
    case masterKeyRotationBegun = "master_key.rotation_begun"
    /// All have been.
    case masterKeyRotated = "master_key.rotated"
}
