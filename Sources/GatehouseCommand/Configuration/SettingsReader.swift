import Configuration
import Gatehouse

/// Reads settings from flags over the environment, and collects what is wrong with them instead of stopping at the
/// first, so that a person mends everything at once.
struct SettingsReader {
    enum Origin: String, Sendable {
        case flag, environment, `default`
    }

    private let reader: ConfigReader
    private let flags: [Setting: String]
    private(set) var problems: [String] = []

    /// An empty value counts as not set, as is usual where a variable can't be left out.
    init(flags: [Setting: String], environment: [String: String]) {
        self.flags = flags.filter { !$0.value.isEmpty }
        let given = self.flags.map {
            (AbsoluteConfigKey($0.key.words), ConfigValue(.string($0.value), isSecret: false))
        }
        reader = ConfigReader(providers: [
            InMemoryProvider(name: "flags", values: Dictionary(uniqueKeysWithValues: given)),
            EnvironmentVariablesProvider(environmentVariables: environment.filter { !$0.value.isEmpty }),
        ])
    }

    func text(_ setting: Setting) -> String? {
        reader.string(forKey: ConfigKey(setting.words), isSecret: setting == .masterKey)
    }

    func origin(of setting: Setting) -> Origin {
        flags[setting] != nil ? .flag : text(setting) != nil ? .environment : .default
    }

    /// The value of a setting, or nil when it isn't set or is wrong, which has then been reported.
    mutating func value<Value>(
        _ setting: Setting, _ parse: (String) throws(FieldFault) -> Value
    ) -> Value? {
        guard let text = text(setting) else { return nil }
        do {
            return try parse(text)
        } catch {
            report(setting, error.message)
            return nil
        }
    }

    /// Adds one line that names the setting, by the flag when that was used, and says how to mend it.
    mutating func report(_ setting: Setting, _ message: String) {
        let name = origin(of: setting) == .flag ? setting.flag ?? setting.variable : setting.variable
        problems.append("\(name): \(message)")
    }

    func throwProblems() throws(ConfigurationProblems) {
        if !problems.isEmpty { throw ConfigurationProblems(lines: problems) }
    }
}

/// Everything that is wrong with the settings, one line each.
struct ConfigurationProblems: Error, Equatable {
    let lines: [String]
}

extension FieldFault {
    static func setting(_ message: String) -> FieldFault {
        FieldFault(code: "invalid_setting", message: message)
    }
}
