/// Variables of the environment that are called like settings and are none, as by a slip of the pen: nothing else would show that they
/// have no effect. They are told by name, never with their value.
enum UnknownVariables {
    private static let prefix = "GATEHOUSE_"

    /// In alphabetical order. An empty one counts as not set, as a setting does.
    static func names(in environment: [String: String]) -> [String] {
        let known = Set(Setting.all.map(\.variable))
        let services = services(in: environment)
        return environment.filter { $0.key.hasPrefix(prefix) && !$0.value.isEmpty }.keys.filter { name in
            !known.contains(name) && !services.contains { tells(name, of: $0) }
        }.sorted()
    }

    /// Those beside which Kubernetes has started the container, as variables call them. It may be any whose name begins like this one's.
    private static func services(in environment: [String: String]) -> [String] {
        let suffix = "_SERVICE_HOST"
        guard environment["KUBERNETES\(suffix)"] != nil else { return [] }
        return environment.keys.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
    }

    /// Whether Kubernetes sets a variable for such a service.
    private static func tells(_ name: String, of service: String) -> Bool {
        name == "\(service)_PORT" || name.hasPrefix("\(service)_PORT_") || name.hasPrefix("\(service)_SERVICE_")
    }
}
