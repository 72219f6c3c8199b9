/// The servers that a connection string names, to be tried one at a time: libpq stays with one that doesn't answer
/// for as long as it is left alone.
struct HostList {
    typealias Parameters = [(keyword: String, value: String)]
    typealias Resolver = @Sendable (_ name: String) throws(PostgresError) -> [String]

    /// What singles out one server each, in addition to the connection string. One that adds nothing where libpq must
    /// choose: the string names no server, or gets its servers from elsewhere.
    let attempts: [Parameters]
    /// How long one address may take, whatever time there is (`connect_timeout`); nil without such a limit.
    let connectTimeout: Duration?
    /// Whether each server is asked for its role (`target_session_attrs`), so that none is taken for another.
    let asksForRole: Bool
    private let namesAreOurs: Bool
    private let isShuffled: Bool

    /// Resolvers give many more addresses only by mistake, and each makes the others' share of the time smaller.
    private static let mostAddresses = 16

    /// - Parameter defaults: What holds where the string says nothing, as by the environment.
    init(_ conninfo: String, defaults: [String: String] = LibPQ.defaults()) {
        let given = LibPQ.parse(conninfo)
        connectTimeout = Self.timeout(given["connect_timeout"] ?? defaults["connect_timeout"])
        let role = given["target_session_attrs"] ?? defaults["target_session_attrs"] ?? "any"
        asksForRole = role != "any"
        // An address that a service or the environment has for the host stands.
        namesAreOurs = given["hostaddr"] == nil && given["service"] == nil && defaults["hostaddr"] == nil
        isShuffled = (given["load_balance_hosts"] ?? defaults["load_balance_hosts"]) == "random"
        var servers = Self.servers(given)
        if isShuffled { servers.shuffle() }
        guard role == "prefer-standby", servers.contains(where: { !$0.isEmpty }) else {
            attempts = servers
            return
        }
        attempts = ["standby", "any"].flatMap { role in servers.map { $0 + [("target_session_attrs", role)] } }
    }

    /// The same attempt at each address of its host's name, since libpq goes on to the next address only after an error.
    /// The name stays beside the address, for certificates, passwords and Kerberos. A single address is given as well, or
    /// libpq would look the name up once more.
    func addresses(of attempt: Parameters, by resolve: Resolver) throws(PostgresError) -> [Parameters] {
        let host = attempt.first { $0.keyword == "host" }?.value ?? ""
        let isSocket = host.hasPrefix("/") || host.hasPrefix("@")
        guard namesAreOurs, !host.isEmpty, !isSocket else { return [attempt] }
        var seen: Set<String> = []
        var addresses = try resolve(host).filter { seen.insert($0).inserted }
        guard !addresses.isEmpty else { return [attempt] }
        if isShuffled { addresses.shuffle() }
        return addresses.prefix(Self.mostAddresses).map { attempt + [("hostaddr", $0)] }
    }

    private static func servers(_ given: [String: String]) -> [Parameters] {
        let lists = ["host", "hostaddr"].compactMap { keyword in
            given[keyword].map { (keyword, $0.split(separator: ",", omittingEmptySubsequences: false)) }
        }
        let ports = (given["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? LibPQ.defaultPort : String($0) }
        let count = lists.first?.1.count ?? 0
        let isRegular = lists.allSatisfy { $0.1.count == count && !$0.1.contains("") }
        guard count > 0, isRegular, [1, count].contains(ports.count) else { return [[]] }
        return (0..<count).map { index -> Parameters in
            let port = given["port"].map { _ in ("port", ports[ports.count == 1 ? 0 : index]) }
            return lists.map { ($0.0, String($0.1[index])) } + (port.map { [$0] } ?? [])
        }
    }

    /// As libpq reads it: nothing that isn't positive is a limit, and none is below two seconds.
    private static func timeout(_ seconds: String?) -> Duration? {
        guard let seconds = seconds.flatMap({ Int32($0) }), seconds > 0 else { return nil }
        return .seconds(max(seconds, 2))
    }
}
