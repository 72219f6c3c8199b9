import Gatehouse
import GatehouseHTTP
import Logging

/// The settings of the service, every one of them checked.
struct ServiceSettings {
    let databaseURL: DatabaseURL
    let masterKeys: MasterKeys
    let publicURL: PublicURL
    let listen: ListenAddress
    let opsListen: ListenAddress
    let poolSize: Int
    let trustedProxies: [CIDR]
    let logLevel: Logger.Level
    let logFormat: LogFormat
    let argon2: Argon2Parameters
    let limits: GuessLimits
    let jwksMaxAge: Duration
    let metricsTenantLabel: TenantLabel
    /// Nil where no traces are recorded.
    let traces: TraceSettings?
    let drainDelay: Duration
    let mail: MailSettings
    /// Names, values and where they came from, with secrets masked.
    private(set) var printed: [PrintedSetting] = []

    /// Throws all problems at once.
    init(
        flags: [Setting: String], environment: [String: String], logFormat: LogFormat = .json
    ) throws(ConfigurationProblems) {
        var reader = SettingsReader(flags: flags, environment: environment)
        let databaseURL = reader.serviceDatabaseURL()
        let ownerURL = reader.databaseURL(.ownerDatabaseURL)
        let masterKeys = reader.masterKeys()
        listen = reader.listenAddress(.listen, default: .standard)
        opsListen = reader.listenAddress(.opsListen, default: .standardOps)
        if opsListen == listen {
            reader.report(.opsListen, "is the address of the service itself; the operations listener needs its own")
        }
        publicURL = reader.publicURL(listen: listen)
        poolSize = reader.poolSize()
        trustedProxies = reader.trustedProxies()
        logLevel = reader.logLevel()
        self.logFormat = reader.logFormat(default: logFormat)
        argon2 = reader.argon2()
        limits = reader.limits()
        jwksMaxAge = reader.jwksMaxAge()
        metricsTenantLabel = reader.metricsTenantLabel()
        traces = reader.traces()
        drainDelay = reader.drainDelay()
        mail = reader.mail()
        try reader.throwProblems()
        guard let databaseURL, let masterKeys else { throw ConfigurationProblems(lines: []) }
        self.databaseURL = databaseURL
        self.masterKeys = masterKeys
        printed = printedSettings(from: reader, ownerURL: ownerURL ?? databaseURL)
    }
}
