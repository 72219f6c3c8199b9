import Gatehouse

/// Budgets as the setting writes them: `account=10/15m,…,register=off`.
enum LimitsText {
    static func format(_ limits: GuessLimits) -> String {
        [
            ("account", limits.account), ("device", limits.device), ("source", limits.source),
            ("register", limits.register), ("mail", limits.mail), ("profile", limits.profile),
        ]
        .map { name, budget in
            "\(name)=" + (budget.map { "\($0.failures)/\(DurationText.format($0.window))" } ?? "off")
        }
        .joined(separator: ",")
    }
}
