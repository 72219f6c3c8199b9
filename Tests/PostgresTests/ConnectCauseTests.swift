import PostgresCluster
import TestSupport
import Testing

@testable import Postgres

@Suite("Why no connection came about", .timeLimit(.minutes(2)))
struct ConnectCauseTests {
    @Test("is what a server that refuses says by its SQLSTATE, and what it says in words stays as it is")
    func refused() async throws {
        let port = FreePort.take()
        try await withDedicatedCluster(port: port) { cluster async throws in
            let superuser = try await Connection.open(cluster.superuserURL())
            try await superuser.script("create role clerk login password 'sesame'")
            try await superuser.script("create role guest login password 'sesame' connection limit 0")
            await superuser.close()
            let there = "host=127.0.0.1 port=\(port) sslmode=disable gssencmode=disable"
            let cases: [(signIn: String, state: SQLState, words: String)] = [
                ("user=clerk password=wrong dbname=postgres", .invalidPassword, "FATAL:  password authentication"),
                ("user=clerk password=sesame dbname=nowhere", .invalidCatalogName, "FATAL:  database \"nowhere\""),
                ("user=guest password=sesame dbname=postgres", .tooManyConnections, "FATAL:  too many connections"),
            ]
            for (signIn, state, words) in cases {
                let (reason, cause) = try await failure("\(there) \(signIn)")
                #expect(cause == .refused(state))
                #expect(reason.contains(words) && !reason.contains(state.rawValue), "\(reason)")
            }
        }
    }

    @Test("is told by how far the attempt came, where the server gives no code")
    func stages() async throws {
        let port = FreePort.take()
        try await withDedicatedCluster(port: port) { cluster async throws in
            let superuser = try await Connection.open(cluster.superuserURL())
            try await superuser.script("create role clerk login password 'sesame'")
            try await superuser.script("create database archive")
            try await superuser.script("alter database archive set default_transaction_read_only = on")
            await superuser.close()
            let there = "host=127.0.0.1 gssencmode=disable user=clerk"
            let cases: [(conninfo: String, cause: ConnectCause)] = [
                ("\(there) port=\(FreePort.take()) dbname=postgres", .unreachable),
                ("\(there) port=\(port) dbname=postgres sslmode=require password=sesame", .tls),
                ("\(there) port=\(port) dbname=postgres sslmode=disable passfile=/nonexistent", .noPassword),
                (
                    "\(there) port=\(port) dbname=archive sslmode=disable password=sesame target_session_attrs=read-write",
                    .role
                ),
            ]
            for (conninfo, cause) in cases {
                let failure = try await failure(conninfo)
                #expect(failure.cause == cause, "\(failure.reason)")
            }
        }
    }

    @Test("is its loss where the other side hangs up at the first words", arguments: ["prefer", "require", "disable"])
    func hungUp(sslmode: String) async throws {
        let server = try HangingUpServer()
        let failure = try await failure("\(server.conninfo) sslmode=\(sslmode)")
        #expect(failure.cause == .lost, "\(failure.reason)")
        withExtendedLifetime(server) {}
    }

    @Test("is of several servers what one of them says, before that another can't be reached")
    func several() {
        #expect(ConnectCause.ofAll([.refused(.invalidPassword), .unreachable]) == .refused(.invalidPassword))
        #expect(ConnectCause.ofAll([.name, .role]) == .role)
        #expect(ConnectCause.ofAll([]) == .unknown)
    }

    private func failure(_ conninfo: String) async throws -> (reason: String, cause: ConnectCause) {
        let error = await #expect(throws: PostgresError.self) {
            try await Connection.open(conninfo, deadline: .seconds(60))
        }
        guard case .connect(let reason, let cause)? = error else { throw try #require(error) }
        return (reason, cause)
    }
}
