/// Settings that are on or off, of which the bare flag says on, as people write it.
enum SwitchArguments {
    private static let flags: Set = ["--require-verified-email"]
    private static let values = Set(TenantSettingFlags.Switch.allCases.map(\.rawValue))

    /// The arguments with `on` behind each such flag that has no value.
    static func completed(_ arguments: [String]) -> [String] {
        var completed: [String] = []
        for (index, argument) in arguments.enumerated() {
            completed.append(argument)
            guard flags.contains(argument) else { continue }
            let next = index + 1 < arguments.count ? arguments[index + 1] : ""
            if !values.contains(next) { completed.append(TenantSettingFlags.Switch.on.rawValue) }
        }
        return completed
    }
}
