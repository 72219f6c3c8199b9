import FoundationEssentials
import Gatehouse

/// The objects of the command-line contract as JSON; members and their names are part of it.

extension JSON {
    static func time(_ date: Date?) -> JSON {
        date.map { .string(RFC3339.format($0)) } ?? .null
    }

    static func id(_ id: UUID) -> JSON {
        .string(id.lowercaseString)
    }

    static func optional(_ text: String?) -> JSON {
        text.map { .string($0) } ?? .null
    }

    static func seconds(_ duration: Duration?) -> JSON {
        duration.map { .integer(Int($0.components.seconds)) } ?? .null
    }

    static func status(_ isEnabled: Bool) -> JSON {
        isEnabled ? "enabled" : "disabled"
    }
}

extension Tenant {
    func json(publicURL: String) -> JSON {
        [
            "id": .id(id),
            "slug": .string(slug),
            "name": .string(name),
            "issuer": .string(issuer(publicURL: publicURL)),
            "status": .status(isEnabled),
            "access_ttl_seconds": .seconds(settings.accessTTL),
            "refresh_ttl_seconds": .seconds(settings.refreshTTL),
            "session_max_age_seconds": .seconds(settings.sessionMaxAge),
            "grace_seconds": .seconds(settings.grace),
            "reuse_policy": .string(settings.reusePolicy.rawValue),
            "algorithm": .string(settings.algorithm.rawValue),
            "audience": .string(audience),
            "password_min_length": .integer(settings.passwordMinLength),
            "allowed_origins": .array(settings.allowedOrigins.map { .string($0) }),
            "registration": settings.registrationOpen ? "open" : "closed",
            "rotate_every_seconds": .seconds(settings.rotateEvery),
            "audit_retention_seconds": .seconds(settings.auditRetention),
            "mail_from": .optional(settings.mailFrom),
            "app_url": .optional(settings.appURL),
            "require_verified_email": .bool(settings.requireVerifiedEmail),
            "email_login": .string(settings.emailLogin.rawValue),
            "created_at": .time(createdAt),
        ]
    }
}

extension User {
    var json: JSON {
        [
            "id": .id(id),
            "email": .string(email),
            "email_verified": .bool(emailVerified),
            "username": .optional(username),
            "name": .optional(name),
            "status": .status(isEnabled),
            "claims": .object(claims),
            "created_at": .time(createdAt),
            "updated_at": .time(updatedAt),
        ]
    }
}

extension Session {
    /// `current` is a member of the HTTP object; nobody is signed in here, so it is always false.
    var json: JSON {
        [
            "id": .id(id),
            "user_id": .id(userID),
            "created_at": .time(createdAt),
            "last_used_at": .time(lastUsedAt),
            "expires_at": .time(expiresAt),
            "ip": .optional(address),
            "user_agent": .optional(userAgent),
            "current": false,
        ]
    }
}

extension StoredKey {
    var json: JSON {
        [
            "kid": .string(kid),
            "use": .string(use.rawValue),
            "algorithm": .string(algorithm.rawValue),
            "state": .string(state.rawValue),
            "created_at": .time(createdAt),
            "activated_at": .time(activatedAt),
            "retired_at": .time(retiredAt),
            "verify_until": .time(verifyUntil),
        ]
    }
}

extension KeyRotation {
    var json: JSON {
        [
            "use": .string(use.rawValue), "current": current.json, "retired": retired?.json ?? .null, "next": next.json,
        ]
    }
}
