import Postgres
import TestSupport
import Testing

@testable import Gatehouse
@testable import GatehouseCommand

@Suite("Failures of the database")
struct FailureTests {
    @Test(
        "are told apart by what an operator can do about them",
        arguments: [
            ("08006", "database_unavailable"), ("40001", "database_unavailable"), ("40P01", "database_unavailable"),
            ("53300", "database_unavailable"), ("57P01", "database_unavailable"), ("25006", "database_unavailable"),
            ("55P03", "database_unavailable"), ("58030", "database_unavailable"), ("58P01", "database_unavailable"),
            ("42501", "database_unavailable"), ("42P01", "schema_outdated"),
            ("22012", "internal"), ("23505", "internal"), ("42601", "internal"), ("XX000", "internal"),
        ])
    func codes(state: String, code: String) async throws {
        let failure = Failure(try await raised(state))
        #expect(failure.code == code)
        #expect(!failure.message.contains("hunter2"))
    }

    @Test(
        "are 503 to a request where they may pass, and a defect elsewhere",
        arguments: [
            ("08006", true), ("40001", true), ("40P01", true), ("53100", true), ("53300", true), ("57P01", true),
            ("25006", true), ("55P03", true), ("58000", true), ("58030", true), ("58P01", true),
            ("22012", false), ("42501", false), ("42P01", false), ("55000", false), ("XX000", false), ("XX001", false),
        ])
    func refusals(state: String, mayPass: Bool) async throws {
        let error = try await raised(state)
        let expected: Refusal? = mayPass ? .databaseUnavailable : nil
        #expect(Refusal(from: error) == expected)
    }

    /// What a server says that refuses something with `state`.
    private func raised(_ state: String) async throws -> PostgresError {
        let connection = try await Connection.open(TestDatabase.make().superuserURL)
        let error = await #expect(throws: PostgresError.self) {
            try await connection.script("do $$ begin raise 'hunter2' using errcode = '\(state)'; end $$")
        }
        await connection.close()
        return try #require(error)
    }

    @Test(
        "to connect say what a server that was found says, and only without one that there is none",
        arguments: [
            (
                "there is no nowhere; connection to server at \"db\", port 5432 failed: FATAL:  no; HINT:  x",
                "connection to server at \"db\", port 5432 failed: FATAL:  no. Check "
            ),
            (
                "connection to server at \"a\" failed: away; connection to server at \"b\" failed: no",
                "connection to server at \"a\" failed: away. Check "
            ),
            ("invalid port number: \"hunter2\"", "its address can't be used or its host is unknown. Check "),
        ])
    func connecting(reason: String, told: String) {
        let message = Failure(PostgresError.connect(reason: reason)).message
        #expect(message.hasPrefix("PostgreSQL can't be reached: \(told)"), "\(message)")
        #expect(!message.contains("hunter2"))
    }

    @Test("to connect for want of what the own system gives say so, and blame no address")
    func ownSystem() {
        let failure = Failure(PostgresError.connect(reason: "the process has too many open files", cause: .ownSystem))
        #expect(failure.code == "database_unavailable")
        #expect(failure.message == "PostgreSQL can't be reached: the process has too many open files.")
    }

    @Test("that leave sessions to be ended say what to run, in one line, and are of the code of their cause")
    func unfinished() {
        let cause = PostgresError.timeout(.statement)
        let failure = Failure(UnfinishedEnding(cause, ended: 1, tenant: "shop", isEmergency: true))
        #expect(failure.code == "database_unavailable" && failure.lines.count == 1)
        #expect(failure.message.contains("gatehouse admin session revoke-all shop --yes"))
        #expect(failure.message.contains(Failure(cause).message))
    }
}
