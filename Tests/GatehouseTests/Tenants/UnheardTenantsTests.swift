import Logging
import Postgres
import TestSupport
import Testing

@testable import Gatehouse

@Suite(.timeLimit(.minutes(2))) struct UnheardTenantsTests {
    @Test("A tenant directory that the database doesn't let listen says why, in the server's words")
    func refused() async throws {
        let database = try await TestDatabase.make()
        let log = RecordingLog()
        let pool = Pool(PoolConfiguration(database.serviceURL, size: 1))
        let directory = TenantDirectory(
            database: Database(pool: pool), sealer: KeySealer(master: .generate()), publicURL: "http://gatehouse.test",
            listenURL: database.serviceURL.replacing("gh_service", with: "gh_nobody"),
            logger: Logger(label: "tests") { _ in log })
        let listening = Task { await directory.run() }
        try await wait { !log.messages.isEmpty }
        listening.cancel()
        await listening.value
        #expect(log.messages.count == 1)
        let warning = try #require(log.messages.first)
        for part in ["warning Changes of tenants can't be heard of.", "authentication", "FATAL:  ", "gh_nobody"] {
            #expect(warning.contains(part), "\(warning)")
        }
        await pool.close()
    }
}
