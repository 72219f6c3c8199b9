extension Tenant {
    /// The settings that differ from those of `old`, each with its value before and after. None of them is a secret.
    func changes(since old: Tenant) -> JSONObject {
        var changes = JSONObject()
        for (before, after) in zip(old.recordedSettings.members, recordedSettings.members) where before != after {
            changes[after.name] = ["before": before.value, "after": after.value]
        }
        return changes
    }

    /// By the names of the tenant's JSON object. An issuer and an audience that follow the address and the slug are null.
    private var recordedSettings: JSONObject {
        [
            "name": .string(name),
            "access_ttl_seconds": .seconds(settings.accessTTL),
            "refresh_ttl_seconds": .seconds(settings.refreshTTL),
            "session_max_age_seconds": .seconds(settings.sessionMaxAge),
            "grace_seconds": .seconds(settings.grace),
            "reuse_policy": .string(settings.reusePolicy.rawValue),
            "algorithm": .string(settings.algorithm.rawValue),
            "issuer": .orNull(settings.issuer),
            "audience": .orNull(settings.audience),
            "password_min_length": .integer(settings.passwordMinLength),
            "allowed_origins": .array(settings.allowedOrigins.map { .string($0) }),
            "registration": settings.registrationOpen ? "open" : "closed",
            "rotate_every_seconds": .seconds(settings.rotateEvery),
            "audit_retention_seconds": .seconds(settings.auditRetention),
            "mail_from": .orNull(settings.mailFrom),
            "app_url": .orNull(settings.appURL),
            "require_verified_email": .bool(settings.requireVerifiedEmail),
            "email_login": .string(settings.emailLogin.rawValue),
        ]
    }
}

extension JSON {
    fileprivate static func seconds(_ duration: Duration?) -> JSON {
        duration.map { .integer(Int($0.wholeSeconds)) } ?? .null
    }

    fileprivate static func orNull(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
}
