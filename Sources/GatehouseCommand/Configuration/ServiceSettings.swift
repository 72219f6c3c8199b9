import Gatehouse
import GatehouseHTTP
import Logging
import Mail
import OpenTelemetry

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
    let printed: [PrintedSetting]

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
        let shown: [(Setting, String)] = [
            (.databaseURL, databaseURL.description),
            (.ownerDatabaseURL, (ownerURL ?? databaseURL).description),
            (.publicURL, publicURL.text),
            (.listen, listen.description),
            (.opsListen, opsListen.description),
            (.poolSize, String(poolSize)),
            (.trustedProxies, reader.text(.trustedProxies) ?? "none"),
            (.logLevel, logLevel.rawValue),
            (.logFormat, self.logFormat.rawValue),
            (.argon2, argon2.description),
            (.limits, LimitsText.format(limits)),
            (.jwksMaxAge, "\(jwksMaxAge.components.seconds)s"),
            (.metricsTenantLabel, metricsTenantLabel == .off ? "off" : "on"),
            (.otlpEndpoint, traces?.endpoint.description ?? "none"),
            (.traceSamplerArgument, reader.text(.traceSamplerArgument) ?? "1"),
            (.traceServiceName, reader.text(.traceServiceName) ?? TraceSettings.serviceName),
            (.drainDelay, "\(drainDelay.components.seconds)s"),
            (.smtpURL, mail.smtpURL?.description ?? "none"),
            (.smtpPasswordFile, reader.text(.smtpPasswordFile) ?? "none"),
            (.smtpCAFile, reader.text(.smtpCAFile) ?? "none"),
            (.mailSink, reader.text(.mailSink) ?? "none"),
        ]
        printed =
            shown.map { PrintedSetting(setting: $0, value: $1, origin: reader.origin(of: $0)) }
            + reader.printedMasterKeys(masterKeys)
    }
}

/// One line of `--print-config`.
struct PrintedSetting {
    let setting: Setting
    let value: String
    let origin: SettingsReader.Origin

    static func table(_ settings: [PrintedSetting]) -> Table {
        Table(
            headings: ["setting", "value", "from"],
            rows: settings.map {
                [.init($0.setting.variable, .bold), .init($0.value), .init($0.origin.rawValue, .faint)]
            })
    }
}

extension SettingsReader {
    /// The file's name is no secret; a command may hold one, so only its first word is shown.
    fileprivate func printedMasterKeys(_ keys: MasterKeys) -> [PrintedSetting] {
        Setting.masterKeySources.compactMap { setting in
            guard let text = text(setting) else { return nil }
            let shown =
                switch setting {
                case .masterKeyFile: text
                case .masterKeyCommand: Self.firstWord(text) + " " + DatabaseURL.mask
                default: DatabaseURL.mask
                }
            return PrintedSetting(
                setting: setting,
                value: "\(shown) (\(keys.ids.count == 1 ? "key" : "keys") \(keys.ids.joined(separator: ", ")))",
                origin: origin(of: setting))
        }
    }

    private static func firstWord(_ command: String) -> String {
        let word = command.split(whereSeparator: \.isWhitespace).first ?? ""
        return word.contains("=") ? DatabaseURL.mask : String(word)
    }

    fileprivate mutating func trustedProxies() -> [CIDR] {
        let list = value(.trustedProxies) { text throws(FieldFault) in
            var list: [CIDR] = []
            for part in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
                list.append(try CIDR(String(part)))
            }
            return list
        }
        return list ?? []
    }
}
