import Testing

@testable import Postgres

@Suite("Host list", .timeLimit(.minutes(2)))
struct HostListTests {
    private func servers(_ conninfo: String) -> [[String]] {
        HostList(conninfo).attempts.map { attempt in attempt.map { "\($0.keyword)=\($0.value)" } }
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
        arguments: ["host=a", "dbname=x", "service=y", "host=a,", "host=a,b port=1,2,3", "no_such_option=1", ""])
    func one(conninfo: String) {
        #expect(servers(conninfo) == [[]])
    }

    @Test("a standby is looked for on every host before any other server is taken")
    func standby() {
        #expect(
            servers("host=a,b target_session_attrs=prefer-standby") == [
                ["host=a", "target_session_attrs=standby"], ["host=b", "target_session_attrs=standby"],
                ["host=a", "target_session_attrs=any"], ["host=b", "target_session_attrs=any"],
            ])
    }
}
