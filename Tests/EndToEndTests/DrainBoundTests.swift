import GatehouseHTTP
import Postgres
import Testing

@testable import GatehouseCommand

/// What isn't over when a drain may last no longer is cut off.
@Suite("The bound of a drain")
struct DrainBoundTests {
    @Test("A drain may last for as long as the slowest client and the slowest database may take together")
    func longest() {
        let (client, pool) = (ConnectionDeadlines.standard, PoolConfiguration(""))
        let together = client.request + pool.waitDeadline + pool.statementDeadline + client.response
        #expect(ServiceProcess.longestRequest >= together)
    }
}
