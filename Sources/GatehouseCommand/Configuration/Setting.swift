/// One setting: its variable in the environment and the flag of the same name.
struct Setting: Sendable, Hashable {
    let variable: String

    private init(_ variable: String) {
        self.variable = variable
    }

    static let databaseURL = Setting("DATABASE_URL")
    static let ownerDatabaseURL = Setting("GATEHOUSE_OWNER_DATABASE_URL")
    static let masterKeyFile = Setting("GATEHOUSE_MASTER_KEY_FILE")
    static let masterKeyCommand = Setting("GATEHOUSE_MASTER_KEY_COMMAND")
    static let masterKey = Setting("GATEHOUSE_MASTER_KEY")
    static let publicURL = Setting("GATEHOUSE_PUBLIC_URL")
    static let listen = Setting("GATEHOUSE_LISTEN")
    static let opsListen = Setting("GATEHOUSE_OPS_LISTEN")
    static let poolSize = Setting("GATEHOUSE_POOL_SIZE")
    static let trustedProxies = Setting("GATEHOUSE_TRUSTED_PROXIES")
    static let logLevel = Setting("GATEHOUSE_LOG_LEVEL")
    static let logFormat = Setting("GATEHOUSE_LOG_FORMAT")
    static let argon2 = Setting("GATEHOUSE_ARGON2")
    static let limits = Setting("GATEHOUSE_LIMITS")
    static let metricsTenantLabel = Setting("GATEHOUSE_METRICS_TENANT_LABEL")
    static let jwksMaxAge = Setting("GATEHOUSE_JWKS_MAX_AGE")
    static let otlpEndpoint = Setting("OTEL_EXPORTER_OTLP_ENDPOINT")
    static let traceSamplerArgument = Setting("OTEL_TRACES_SAMPLER_ARG")
    static let traceServiceName = Setting("OTEL_SERVICE_NAME")
    static let drainDelay = Setting("GATEHOUSE_DRAIN_DELAY")
    static let smtpURL = Setting("GATEHOUSE_SMTP_URL")
    static let smtpPasswordFile = Setting("GATEHOUSE_SMTP_PASSWORD_FILE")
    static let smtpCAFile = Setting("GATEHOUSE_SMTP_CA_FILE")
    static let mailSink = Setting("GATEHOUSE_MAIL_SINK")

    /// What is read from the environment and isn't here is taken for a slip of the pen.
    static let all = [
        databaseURL, ownerDatabaseURL, masterKeyFile, masterKeyCommand, masterKey, publicURL, listen, opsListen,
        poolSize, trustedProxies, logLevel, logFormat, argon2, limits, metricsTenantLabel, jwksMaxAge, otlpEndpoint,
        traceSamplerArgument, traceServiceName, drainDelay, smtpURL, smtpPasswordFile, smtpCAFile, mailSink,
    ]

    static let masterKeySources = [masterKeyFile, masterKeyCommand, masterKey]
    /// What `admin` has to share with the service beside the database, the master key and the public URL: the guard of rotations, and the
    /// cost of password hashes.
    static let sharedWithAdmin = [jwksMaxAge, argon2]

    /// The words of the variable without its prefix: how swift-configuration and the flag name it.
    var words: [String] {
        variable.lowercased().split(separator: "_").map(String.init)
    }

    /// The flag, or nil for the one setting that is a secret and therefore never an argument, and for those that are called as
    /// OpenTelemetry calls them.
    var flag: String? {
        guard self != .masterKey, words[0] != "otel" else { return nil }
        return "--" + words.drop { $0 == "gatehouse" }.joined(separator: "-")
    }
}
