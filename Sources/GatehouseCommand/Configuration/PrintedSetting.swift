import Gatehouse
import Logging
import Mail
import OpenTelemetry

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

extension ServiceSettings {
    /// Every setting there is, but for the sources of the master key that aren't used.
    func printedSettings(from reader: SettingsReader, ownerURL: DatabaseURL) -> [PrintedSetting] {
        let shown: [(Setting, String)] = [
            (.databaseURL, databaseURL.description),
            (.ownerDatabaseURL, ownerURL.description),
            (.publicURL, publicURL.text),
            (.listen, listen.description),
            (.opsListen, opsListen.description),
            (.poolSize, String(poolSize)),
            (.trustedProxies, reader.text(.trustedProxies) ?? "none"),
            (.logLevel, logLevel.rawValue),
            (.logFormat, logFormat.rawValue),
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
        return shown.map { PrintedSetting(setting: $0, value: $1, origin: reader.origin(of: $0)) }
            + reader.printedMasterKeys(masterKeys)
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
}
