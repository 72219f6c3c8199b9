import FoundationEssentials
import Gatehouse
import GatehouseHTTP
import Logging

/// How each setting is read; the defaults are here and nowhere else.
extension SettingsReader {
    /// A password in an argument can be seen by every user of the machine, so it is refused there.
    mutating func databaseURL(_ setting: Setting) -> DatabaseURL? {
        guard let url = value(setting, DatabaseURL.init(parsing:)) else { return nil }
        if url.hasPassword && origin(of: setting) == .flag {
            report(setting, "an argument can be read by others; put the password into \(setting.variable) or ~/.pgpass")
        }
        return url
    }

    mutating func serviceDatabaseURL() -> DatabaseURL? {
        if text(.databaseURL) == nil {
            report(.databaseURL, "not set; write postgres://user@host:5432/database")
        }
        return databaseURL(.databaseURL)
    }

    /// Who names a database in the command means that one: where another is used all the same they are told, and not left to find out.
    mutating func ownerDatabaseURL() -> DatabaseURL? {
        if origin(of: .databaseURL) == .flag, origin(of: .ownerDatabaseURL) == .environment {
            report(
                .databaseURL,
                "GATEHOUSE_OWNER_DATABASE_URL is set, and that is the database used here; name another by --owner-database-url"
            )
        }
        guard text(.ownerDatabaseURL) == nil else { return databaseURL(.ownerDatabaseURL) }
        guard text(.databaseURL) == nil else { return databaseURL(.databaseURL) }
        report(.ownerDatabaseURL, "not set, and neither is DATABASE_URL; write postgres://owner@host:5432/database")
        return nil
    }

    /// Exactly one of the three.
    mutating func masterKeySource() -> MasterKeySource? {
        let given = Setting.masterKeySources.filter { text($0) != nil }
        guard given.count < 2 else {
            let names = given.map(\.variable).joined(separator: " and ")
            report(given[0], "\(names) are both set; keep exactly one")
            return nil
        }
        guard let setting = given.first, let text = text(setting) else {
            report(
                .masterKeyFile,
                "no master key is set; make one by (umask 077; gatehouse admin master-key generate > FILE) and name FILE here"
            )
            return nil
        }
        return setting == .masterKeyFile
            ? .file(text) : setting == .masterKeyCommand ? .command(text) : .environment(text)
    }

    mutating func masterKeys() -> MasterKeys? {
        guard let source = masterKeySource(), let setting = Setting.masterKeySources.first(where: { text($0) != nil })
        else { return nil }
        return value(setting) { _ throws(FieldFault) in try source.read() }
    }

    mutating func listenAddress(_ setting: Setting, default address: ListenAddress) -> ListenAddress {
        value(setting, ListenAddress.init(parsing:)) ?? address
    }

    mutating func publicURL(listen: ListenAddress) -> PublicURL {
        value(.publicURL, PublicURL.init(parsing:)) ?? PublicURL(listen: listen)
    }

    mutating func poolSize() -> Int {
        let size = value(.poolSize) { text throws(FieldFault) in
            guard let size = Int(text), (1...1000).contains(size) else {
                throw .setting("write a whole number from 1 to 1000")
            }
            return size
        }
        return size ?? max(8, 2 * ProcessInfo.processInfo.activeProcessorCount)
    }

    mutating func trustedProxies() -> [CIDR] {
        let list = value(.trustedProxies) { text throws(FieldFault) in
            var list: [CIDR] = []
            for part in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
                do throws(FieldFault) {
                    list.append(try CIDR(String(part)))
                } catch {
                    throw .setting("“\(part)”: \(error.message)")
                }
            }
            return list
        }
        return list ?? []
    }

    mutating func logLevel() -> Logger.Level {
        let level = value(.logLevel) { text throws(FieldFault) in
            guard let level = Logger.Level(rawValue: text.lowercased()) else {
                throw .setting("write one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return level
        }
        return level ?? .info
    }

    mutating func logFormat(default format: LogFormat) -> LogFormat {
        let chosen = value(.logFormat) { text throws(FieldFault) in
            guard let format = LogFormat(rawValue: text.lowercased()) else { throw .setting("write json or text") }
            return format
        }
        return chosen ?? format
    }

    mutating func argon2() -> Argon2Parameters {
        value(.argon2, Argon2Parameters.init(parsing:)) ?? .standard
    }

    mutating func limits() -> GuessLimits {
        value(.limits, GuessLimits.init(parsing:)) ?? .standard
    }

    mutating func metricsTenantLabel() -> TenantLabel {
        let label = value(.metricsTenantLabel) { text throws(FieldFault) in
            switch text.lowercased() {
            case "on", "true", "1": TenantLabel.upTo(MetricCatalogue.namedTenants)
            case "off", "false", "0": TenantLabel.off
            default: throw .setting("write on or off")
            }
        }
        return label ?? .off
    }

    mutating func jwksMaxAge() -> Duration {
        let age = value(.jwksMaxAge) { text throws(FieldFault) in
            let age = try DurationText.parse(text)
            guard age <= .seconds(86_400) else {
                throw .setting("at most 1d: a new key can't sign until everybody has dropped the older set of keys")
            }
            return age
        }
        return age ?? .seconds(300)
    }

    mutating func drainDelay() -> Duration {
        let delay = value(.drainDelay) { text throws(FieldFault) in
            let delay = try DurationText.parse(text)
            guard delay <= .seconds(300) else { throw .setting("at most 5m: meanwhile the instance is asked to end") }
            return delay
        }
        return delay ?? .zero
    }
}
