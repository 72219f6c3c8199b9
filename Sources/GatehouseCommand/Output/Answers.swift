import FoundationEssentials
import Gatehouse

/// How each kind of object is shown to people.

extension Answer {
    static func tenant(_ tenant: Tenant, publicURL: String) -> Answer {
        let settings = tenant.settings
        return Answer(
            json: tenant.json(publicURL: publicURL),
            card: [
                ("slug", .init(tenant.slug, .bold)),
                ("name", .init(tenant.name)),
                ("status", .status(tenant.isEnabled)),
                ("id", .init(tenant.id.lowercaseString)),
                ("issuer", .setting(tenant.issuer(publicURL: publicURL), isDefault: settings.issuer == nil)),
                ("audience", .setting(tenant.audience, isDefault: settings.audience == nil)),
                ("algorithm", .init(settings.algorithm.rawValue)),
                ("access-ttl", .init(DurationText.format(settings.accessTTL))),
                ("refresh-ttl", .init(DurationText.format(settings.refreshTTL))),
                ("session-max-age", .init(DurationText.format(settings.sessionMaxAge))),
                ("grace", .init(DurationText.format(settings.grace))),
                ("reuse-policy", .init(settings.reusePolicy.rawValue)),
                ("password-min-length", .init(String(settings.passwordMinLength))),
                (
                    "allowed-origin",
                    .init(settings.allowedOrigins.isEmpty ? "none" : settings.allowedOrigins.joined(separator: " "))
                ),
                ("registration", .init(settings.registrationOpen ? "open" : "closed")),
                ("rotate-every", .init(settings.rotateEvery.map(DurationText.format) ?? "off")),
                ("audit-retention", .init(DurationText.format(settings.auditRetention))),
                ("mail-from", .optional(settings.mailFrom)),
                ("app-url", .optional(settings.appURL)),
                ("require-verified-email", .init(settings.requireVerifiedEmail ? "on" : "off")),
                ("email-login", .init(settings.emailLogin.rawValue)),
                ("created", .time(tenant.createdAt)),
            ])
    }

    static func tenants(_ tenants: [Tenant], publicURL: String) -> Answer {
        list(
            tenants, json: { $0.json(publicURL: publicURL) },
            headings: ["slug", "name", "status", "algorithm", "access", "refresh", "registration", "created"],
            whenEmpty: "No tenants yet; make one with: gatehouse admin tenant create SLUG",
            row: {
                [
                    .init($0.slug, .bold), .init($0.name), .status($0.isEnabled), .init($0.settings.algorithm.rawValue),
                    .init(DurationText.format($0.settings.accessTTL)),
                    .init(DurationText.format($0.settings.refreshTTL)),
                    .init($0.settings.registrationOpen ? "open" : "closed"), .time($0.createdAt),
                ]
            })
    }

    static func user(_ user: User) -> Answer {
        Answer(
            json: user.json,
            card: [
                ("email", .init(user.email, .bold)),
                ("verified", .init(user.emailVerified ? "yes" : "no")),
                ("status", .status(user.isEnabled)),
                ("id", .init(user.id.lowercaseString)),
                ("username", .optional(user.username)),
                ("name", .optional(user.name)),
                ("claims", .init(user.claims.text)),
                ("created", .time(user.createdAt)),
                ("updated", .time(user.updatedAt)),
            ])
    }

    static func users(_ users: [User]) -> Answer {
        list(
            users, json: \.json, headings: ["id", "email", "username", "name", "status", "created"],
            whenEmpty: "No users.",
            row: {
                [
                    .init($0.id.lowercaseString), .init($0.email, .bold), .optional($0.username), .optional($0.name),
                    .status($0.isEnabled), .time($0.createdAt),
                ]
            })
    }

    static func session(_ session: Session, note: String) -> Answer {
        Answer(json: session.json, text: "\(note) \(session.id.lowercaseString)")
    }

    static func sessions(_ sessions: [Session]) -> Answer {
        list(
            sessions, json: \.json, headings: ["id", "created", "last used", "expires", "address", "user agent"],
            whenEmpty: "No live sessions.",
            row: {
                [
                    .init($0.id.lowercaseString), .time($0.createdAt), .time($0.lastUsedAt), .time($0.expiresAt),
                    .optional($0.address), .optional($0.userAgent),
                ]
            })
    }
}

extension Table.Cell {
    static func status(_ isEnabled: Bool) -> Self {
        isEnabled ? .init("enabled", .good) : .init("disabled", .bad)
    }

    /// A value that follows something else as long as none is set.
    static func setting(_ value: String, isDefault: Bool) -> Self {
        .init(isDefault ? "\(value) (default)" : value)
    }

    static func optional(_ text: String?) -> Self {
        .init(text ?? "–")
    }

    /// To the second, which is what people look for.
    static func time(_ date: Date?) -> Self {
        date.map { .time($0) } ?? .optional(nil)
    }

    static func time(_ date: Date) -> Self {
        .init(String(RFC3339.format(date).prefix(19)).replacing("T", with: " ") + "Z")
    }
}
