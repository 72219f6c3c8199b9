import Testing

@testable import Postgres

@Suite("Host list", .timeLimit(.minutes(2)))
struct HostListTests {
    private func servers(_ conninfo: String, _ environment: [String: String] = [:]) -> [[String]] {
        HostList(conninfo, defaults: environment).attempts.map(written)
    }

    private func expanded(_ conninfo: String, _ resolve: HostList.Resolver) throws -> [[String]] {
        let list = HostList(conninfo)
        return try list.attempts.flatMap { try list.addresses(of: $0, by: resolve) }.map(written)
    }

    private func written(_ attempt: HostList.Parameters) -> [String] {
        attempt.map { "\($0.keyword)=\($0.value)" }
    }

    @Test("several hosts are an attempt each, with their own port or the common one")
    func several() {
        #expect(
            servers("postgresql://u@a:1,b:2/x") == [["host=a", "port=1"], ["host=b", "port=2"]])
        #expect(servers("host=a,b port=7") == [["host=a", "port=7"], ["host=b", "port=7"]])
        #expect(servers("postgresql://u@a,b:2/x") == [["host=a", "port=5432"], ["host=b", "port=2"]])
        #expect(
            servers("host=a,b hostaddr=10.0.0.1,10.0.0.2")
                == [["host=a", "hostaddr=10.0.0.1"], ["host=b", "hostaddr=10.0.0.2"]])
    }

    @Test(
        "where there is nothing to share, or it makes no sense, libpq gets the string as it is",
        arguments: ["dbname=x", "service=y", "host=a,", "host=a,b port=1,2,3", "no_such_option=1", ""])
    func one(conninfo: String) {
        #expect(servers(conninfo) == [[]])
    }

    @Test("one host is one attempt")
    func single() {
        #expect(servers("host=a") == [["host=a"]])
        #expect(servers("postgresql://u@a:1/x") == [["host=a", "port=1"]])
        #expect(servers("host=/run/postgresql") == [["host=/run/postgresql"]])
        #expect(servers("hostaddr=10.0.0.1") == [["hostaddr=10.0.0.1"]])
    }

    @Test("a standby is looked for on every host before any other server is taken")
    func standby() {
        #expect(
            servers("host=a,b target_session_attrs=prefer-standby") == [
                ["host=a", "target_session_attrs=standby"], ["host=b", "target_session_attrs=standby"],
                ["host=a", "target_session_attrs=any"], ["host=b", "target_session_attrs=any"],
            ])
    }

    @Test("what the environment says of roles holds where the string says nothing")
    func roleFromEnvironment() {
        let environment = ["target_session_attrs": "prefer-standby"]
        #expect(
            servers("host=a", environment)
                == [["host=a", "target_session_attrs=standby"], ["host=a", "target_session_attrs=any"]])
        #expect(servers("host=a target_session_attrs=any", environment) == [["host=a"]])
    }

    @Test("what the environment says of balancing holds where the string says nothing")
    func balancingFromEnvironment() {
        let environment = ["load_balance_hosts": "random"]
        let names = (1...64).map { "host=h\($0)" }
        let list = "host=" + (1...64).map { "h\($0)" }.joined(separator: ",")
        // As they stand once in 64! times.
        let shuffled = servers(list, environment).flatMap { $0 }
        #expect(shuffled != names && Set(shuffled) == Set(names))
        #expect(servers(list, ["load_balance_hosts": "disable"]).flatMap { $0 } == names)
    }

    private static let two: HostList.Resolver = { name in ["\(name).1", "\(name).2", "\(name).1"] }

    @Test("each address of a name is an attempt, once, in the resolver's order and beside the name")
    func addresses() throws {
        #expect(try expanded("host=a", Self.two) == [["host=a", "hostaddr=a.1"], ["host=a", "hostaddr=a.2"]])
        #expect(
            try expanded("host=a,b port=1,2", Self.two) == [
                ["host=a", "port=1", "hostaddr=a.1"], ["host=a", "port=1", "hostaddr=a.2"],
                ["host=b", "port=2", "hostaddr=b.1"], ["host=b", "port=2", "hostaddr=b.2"],
            ])
        #expect(
            try expanded("host=a target_session_attrs=prefer-standby", Self.two) == [
                ["host=a", "target_session_attrs=standby", "hostaddr=a.1"],
                ["host=a", "target_session_attrs=standby", "hostaddr=a.2"],
                ["host=a", "target_session_attrs=any", "hostaddr=a.1"],
                ["host=a", "target_session_attrs=any", "hostaddr=a.2"],
            ])
    }

    @Test("a single address is given too, so that libpq looks nothing up, and of very many the first sixteen are tried")
    func fewAndMany() throws {
        #expect(try expanded("host=a") { _ in ["10.0.0.1", "10.0.0.1"] } == [["host=a", "hostaddr=10.0.0.1"]])
        #expect(try expanded("host=a") { _ in [] } == [["host=a"]])
        let many = try expanded("host=a") { _ in (1...100).map { "10.0.0.\($0)" } }
        #expect(many == (1...16).map { ["host=a", "hostaddr=10.0.0.\($0)"] })
    }

    @Test(
        "nothing is looked up where there is no name, or its address is given, or may be given elsewhere",
        arguments: [
            "host=/run/postgresql", "host=@gatehouse", "host=", "host=a,", "dbname=x", "host=a hostaddr=10.0.0.1",
            "hostaddr=10.0.0.1", "host=a service=y",
        ])
    func notLookedUp(conninfo: String) throws {
        #expect(try expanded(conninfo, Self.two) == servers(conninfo))
    }

    @Test("servers are asked for their role where target_session_attrs names one")
    func role() {
        #expect(!HostList("host=a").asksForRole)
        #expect(!HostList("host=a target_session_attrs=any").asksForRole)
        #expect(HostList("host=a target_session_attrs=read-write").asksForRole)
    }

    @Test("connect_timeout is read as libpq reads it: two seconds at least, and no limit unless it is positive")
    func connectTimeout() {
        func timeout(_ value: String) -> Duration? { HostList("host=a connect_timeout=\(value)").connectTimeout }
        #expect(timeout("1") == .seconds(2))
        #expect(timeout("10") == .seconds(10))
        #expect(timeout("0") == nil)
        #expect(timeout("-1") == nil)
        #expect(timeout("soon") == nil)
    }
}
