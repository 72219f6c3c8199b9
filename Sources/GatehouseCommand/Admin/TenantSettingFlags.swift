import ArgumentParser
import Gatehouse

/// A tenant's settings as flags.
struct TenantSettingFlags: ParsableArguments {
    enum Registration: String, ExpressibleByArgument, CaseIterable { case open, closed }
    enum Switch: String, ExpressibleByArgument, CaseIterable { case on, off }

    @Option(help: "Name for people.")
    var name: String?

    @Option(name: .customLong("access-ttl"), help: "Lifetime of access tokens. (15m)", transform: DurationText.argument)
    var accessTTL: Duration?

    @Option(
        name: .customLong("refresh-ttl"), help: "How long a session lives without a refresh. (30d)",
        transform: DurationText.argument
    )
    var refreshTTL: Duration?

    @Option(help: "How long a session lives at most. (180d)", transform: DurationText.argument)
    var sessionMaxAge: Duration?

    @Option(
        help: "How long a rotated refresh token is still answered, 0s to 300s. (60s)", transform: DurationText.argument)
    var grace: Duration?

    @Option(help: "What a refresh token older than that means: strict or until_used.")
    var reusePolicy: ReusePolicy?

    @Option(help: "Algorithm of access tokens: ES256, EdDSA or HS256.")
    var algorithm: SigningAlgorithm?

    @Option(help: "Issuer of access tokens, or default: {public_url}/t/{slug}. (default)")
    var issuer: String?

    @Option(help: "Audience of access tokens, or default: the slug. (default)")
    var audience: String?

    @Option(help: "Shortest password, 8 to 64. (8)")
    var passwordMinLength: Int?

    @Option(
        help: "Origin whose scripts may call, with cookies or without; repeat it for several, they replace the list.")
    var allowedOrigin: [String] = []

    @Flag(help: "Empty the list of allowed origins.")
    var noAllowedOrigins = false

    @Option(help: "Whether people may register themselves: open or closed.")
    var registration: Registration?

    @Option(help: "Rotate access keys on this schedule, or off.", transform: schedule)
    var rotateEvery: Schedule?

    @Option(
        help: "How long events of the audit trail are kept, 1d or longer. (365d)", transform: DurationText.argument)
    var auditRetention: Duration?

    @Option(help: "Mailbox that mails come from, like 'Shop <no-reply@shop.example>', or none. (none)")
    var mailFrom: String?

    @Option(
        name: .customLong("app-url"),
        help: "Page of the app that links in mails lead to, to which ?token=… is added, or none. (none)")
    var appURL: String?

    @Option(
        help:
            "Whether nobody signs in before their address is verified: on, which the bare flag says too, or off. (off)")
    var requireVerifiedEmail: Switch?

    @Option(help: "Sign-in by a mail with a link or a code, or off. (off)")
    var emailLogin: EmailLogin?

    enum Schedule {
        case off
        case every(Duration)
    }

    func validate() throws {
        if noAllowedOrigins && !allowedOrigin.isEmpty {
            throw ValidationError("--allowed-origin and --no-allowed-origins exclude each other.")
        }
    }

    var change: TenantSettingsChange {
        var change = TenantSettingsChange()
        change.name = name
        change.accessTTL = accessTTL
        change.refreshTTL = refreshTTL
        change.sessionMaxAge = sessionMaxAge
        change.grace = grace
        change.reusePolicy = reusePolicy
        change.algorithm = algorithm
        change.issuer = issuer.map { $0 == "default" ? nil : $0 }
        change.audience = audience.map { $0 == "default" ? nil : $0 }
        change.passwordMinLength = passwordMinLength
        if noAllowedOrigins || !allowedOrigin.isEmpty { change.allowedOrigins = allowedOrigin }
        change.registrationOpen = registration.map { $0 == .open }
        change.auditRetention = auditRetention
        change.mailFrom = mailFrom.map { $0 == "none" ? nil : $0 }
        change.appURL = appURL.map { $0 == "none" ? nil : $0 }
        change.requireVerifiedEmail = requireVerifiedEmail.map { $0 == .on }
        change.emailLogin = emailLogin
        switch rotateEvery {
        case .off: change.rotateEvery = .some(nil)
        case .every(let interval): change.rotateEvery = .some(interval)
        case nil: break
        }
        return change
    }

    @Sendable private static func schedule(_ text: String) throws -> Schedule {
        text == "off" ? .off : .every(try DurationText.argument(text))
    }
}
