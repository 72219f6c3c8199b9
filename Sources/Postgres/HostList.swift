/// The servers that a connection string names, to be tried one at a time: libpq stays with one that doesn't answer
/// for as long as it is left alone.
struct HostList {
    typealias Parameters = [(keyword: String, value: String)]

    /// What singles out one server each, in addition to the connection string. One that adds nothing where libpq must
    /// choose: the string names one server, or gets its servers from elsewhere.
    let attempts: [Parameters]

    init(_ conninfo: String) {
        let given = LibPQ.parse(conninfo)
        let lists = ["host", "hostaddr"].compactMap { keyword in
            given[keyword].map { (keyword, $0.split(separator: ",", omittingEmptySubsequences: false)) }
        }
        let ports = (given["port"] ?? "").split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? LibPQ.defaultPort : String($0) }
        let count = lists.first?.1.count ?? 1
        let isRegular = lists.allSatisfy { $0.1.count == count && !$0.1.contains("") }
        guard count > 1, isRegular, [1, count].contains(ports.count) else {
            attempts = [[]]
            return
        }
        var servers = (0..<count).map { index -> Parameters in
            let port = given["port"].map { _ in ("port", ports[ports.count == 1 ? 0 : index]) }
            return lists.map { ($0.0, String($0.1[index])) } + (port.map { [$0] } ?? [])
        }
        if given["load_balance_hosts"] == "random" { servers.shuffle() }
        guard given["target_session_attrs"] == "prefer-standby" else {
            attempts = servers
            return
        }
        attempts = ["standby", "any"].flatMap { role in servers.map { $0 + [("target_session_attrs", role)] } }
    }
}
