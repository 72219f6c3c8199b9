import ArgumentParser

/// Flags of the same names as settings; what is given here wins over the environment.
protocol SettingFlags: ParsableArguments {
    var given: [Setting: String] { get }
}

struct DatabaseFlags: SettingFlags {
    @Option(help: "PostgreSQL of the service: a libpq URL or conninfo, without a password. [DATABASE_URL]")
    var databaseURL: String?

    @Option(help: "PostgreSQL as the owner, for migrate and admin. [GATEHOUSE_OWNER_DATABASE_URL]")
    var ownerDatabaseURL: String?

    var given: [Setting: String] {
        [.databaseURL: databaseURL, .ownerDatabaseURL: ownerDatabaseURL].compactMapValues { $0 }
    }
}

struct MasterKeyFlags: SettingFlags {
    @Option(help: "File with the master key, readable by its owner only. [GATEHOUSE_MASTER_KEY_FILE]")
    var masterKeyFile: String?

    @Option(help: "Command that prints the master key. [GATEHOUSE_MASTER_KEY_COMMAND]")
    var masterKeyCommand: String?

    var given: [Setting: String] {
        [.masterKeyFile: masterKeyFile, .masterKeyCommand: masterKeyCommand].compactMapValues { $0 }
    }
}

/// What the service and the admin command must agree on.
struct SharedFlags: SettingFlags {
    @Option(help: "Base of issuers and links, scheme and host. [GATEHOUSE_PUBLIC_URL, http://LISTEN]")
    var publicURL: String?

    @Option(help: "Address to serve on. [GATEHOUSE_LISTEN, 127.0.0.1:8080]")
    var listen: String?

    @Option(help: "Cost of password hashes. [GATEHOUSE_ARGON2, m=19456,t=2,p=1]")
    var argon2: String?

    @Option(name: .customLong("jwks-max-age"), help: "How long clients may keep a JWKS. [GATEHOUSE_JWKS_MAX_AGE, 300s]")
    var jwksMaxAge: String?

    var given: [Setting: String] {
        [.publicURL: publicURL, .listen: listen, .argon2: argon2, .jwksMaxAge: jwksMaxAge].compactMapValues { $0 }
    }
}

struct ServiceFlags: SettingFlags {
    @Option(help: "Address of the operations listener. [GATEHOUSE_OPS_LISTEN, 127.0.0.1:9090]")
    var opsListen: String?

    @Option(help: "Connections to the database. [GATEHOUSE_POOL_SIZE, 2 × cores, at least 8]")
    var poolSize: String?

    @Option(help: "Proxies whose Forwarded headers count, as CIDR list. [GATEHOUSE_TRUSTED_PROXIES]")
    var trustedProxies: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical. [GATEHOUSE_LOG_LEVEL, info]")
    var logLevel: String?

    @Option(help: "json or text. [GATEHOUSE_LOG_FORMAT, json]")
    var logFormat: String?

    @Option(help: "Budgets against guessing, or off. [GATEHOUSE_LIMITS]")
    var limits: String?

    @Flag(help: "Tell metrics apart by tenant. [GATEHOUSE_METRICS_TENANT_LABEL, off]")
    var metricsTenantLabel = false

    @Option(help: "How long to go on accepting after SIGTERM, while /readyz says no. [GATEHOUSE_DRAIN_DELAY, 0s]")
    var drainDelay: String?

    @Option(
        name: .customLong("smtp-url"), help: "Server that mails leave by: smtp:// or smtps://. [GATEHOUSE_SMTP_URL]")
    var smtpURL: String?

    @Option(help: "File with the password of the user in the SMTP URL. [GATEHOUSE_SMTP_PASSWORD_FILE]")
    var smtpPasswordFile: String?

    @Option(
        name: .customLong("smtp-ca-file"),
        help: "Certificates to trust for the SMTP server, instead of the system's. [GATEHOUSE_SMTP_CA_FILE]")
    var smtpCAFile: String?

    @Option(help: "Where mails go while developing: stdout or file:DIR. [GATEHOUSE_MAIL_SINK]")
    var mailSink: String?

    var given: [Setting: String] {
        [
            .smtpURL: smtpURL, .smtpPasswordFile: smtpPasswordFile, .smtpCAFile: smtpCAFile, .mailSink: mailSink,
            .opsListen: opsListen, .poolSize: poolSize, .trustedProxies: trustedProxies, .logLevel: logLevel,
            .logFormat: logFormat, .limits: limits, .metricsTenantLabel: metricsTenantLabel ? "on" : nil,
            .drainDelay: drainDelay,
        ].compactMapValues { $0 }
    }
}

extension [Setting: String] {
    init(_ groups: any SettingFlags...) {
        self = groups.reduce(into: [:]) { all, group in all.merge(group.given) { $1 } }
    }
}
