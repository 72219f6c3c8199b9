import Testing

@testable import Postgres

@Suite("Host addresses", .timeLimit(.minutes(2)))
struct HostAddressesTests {
    @Test("an address is its own, of either family", arguments: ["127.0.0.1", "::1"])
    func address(_ text: String) throws {
        #expect(try HostAddresses.lookUp(text) == [text])
    }

    @Test("this machine's name for itself leads to its loopback addresses")
    func loopback() throws {
        let addresses = try HostAddresses.lookUp("localhost")
        #expect(!addresses.isEmpty && addresses.allSatisfy { ["127.0.0.1", "::1"].contains($0) })
    }

    @Test("a name that leads nowhere is told in libpq's words")
    func unknown() async throws {
        // Longer than a name may be, so that no name server is asked.
        let name = String(repeating: "a", count: 300)
        let error = #expect(throws: PostgresError.self) { try HostAddresses.lookUp(name) }
        let libpq = try #require(LibPQ(parameters: [("host", name)]))
        #expect(error == .connect(reason: libpq.errorMessage, cause: .name))
        let refusal = await #expect(throws: PostgresError.self) { try await Connection.open("host=\(name)") }
        #expect(refusal == error)
    }
}
