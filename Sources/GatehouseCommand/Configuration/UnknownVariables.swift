/// Variables of the environment that are called like settings and are none, as by a slip of the pen: nothing else would show that they
/// have no effect. They are told by name, never with their value.
enum UnknownVariables {
    private static let prefix = "GATEHOUSE_"

    /// In alphabetical order. An empty one counts as not set, as a setting does.
    static func names(in environment: [String: String]) -> [String] {
        let known = Set(Setting.all.map(\.variable))
        let isInKubernetes = environment["KUBERNETES_SERVICE_HOST"] != nil
        return environment.filter { $0.key.hasPrefix(prefix) && !$0.value.isEmpty }.keys.filter { name in
            !known.contains(name) && !(isInKubernetes && namesService(name))
        }.sorted()
    }

    /// What Kubernetes sets in containers beside a service that is called gatehouse.
    private static func namesService(_ name: String) -> Bool {
        name.hasPrefix("\(prefix)SERVICE_") || name == "\(prefix)PORT" || name.hasPrefix("\(prefix)PORT_")
    }
}
