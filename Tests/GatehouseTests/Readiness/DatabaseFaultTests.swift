import Postgres
import Testing

@testable import Gatehouse

@Suite struct DatabaseFaultTests {
    @Test(
        "Each way in which the database can't be asked has its class",
        arguments: [
            (PostgresError.closed, .closed), (.cancelled, .cancelled),
            (.connectionLost(reason: "", outcomeUnknown: false), .lost),
            (.timeout(.connecting), .timeout), (.timeout(.statement), .timeout),
            (.timeout(.waitingForConnection), .busy),
            (.commitUnconfirmed, .unconfirmed), (.connect(reason: "", cause: .name), .name),
            (.connect(reason: "", cause: .ownSystem), .ownSystem),
            (.tooManyWaiting, nil), (.transactionInProgress, nil),
        ] as [(PostgresError, DatabaseFault.Kind?)])
    func classes(error: PostgresError, kind: DatabaseFault.Kind?) {
        #expect(DatabaseFault(error)?.kind == kind)
    }
}
