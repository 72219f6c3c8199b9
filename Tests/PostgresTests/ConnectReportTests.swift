import Testing

@testable import Postgres

@Suite("A report of a failed connection")
struct ConnectReportTests {
    private static let head = "connection to server at \"db.example\" (192.0.2.1), port 5432 failed: "

    @Test("is as short as ever, and its SQLSTATE is known, whatever the language of the server")
    func refused() {
        for severity in ["FATAL", "SCHWERWIEGEND"] {
            let report = ConnectReport(
                "\(Self.head)\(severity):  28P01: nein: \"x\"; DETAIL:  mehr; LOCATION:  auth_failed, auth.c:338")
            #expect(report.state == .invalidPassword)
            #expect(report.reason == "\(Self.head)\(severity):  nein: \"x\"; DETAIL:  mehr")
        }
    }

    @Test("of several attempts has the SQLSTATE of the last that was refused")
    func several() {
        let report = ConnectReport(
            "\(Self.head)FATAL:  28000: no encryption; \(Self.head)FATAL:  53300: too many; \(Self.head)timeout expired"
        )
        #expect(report.state == .tooManyConnections)
        #expect(
            report.reason
                == "\(Self.head)FATAL:  no encryption; \(Self.head)FATAL:  too many; \(Self.head)timeout expired")
    }

    @Test(
        "without a SQLSTATE stays as it is",
        arguments: [
            "", "connection to server on socket \"/tmp/.s.PGSQL.5432\" failed: Connection refused",
            "FATAL:  could not fork: no memory", "FATAL:  28p01: x", "HINT:  12345 is no code",
        ])
    func other(_ text: String) {
        #expect(ConnectReport(text).state == nil)
        #expect(ConnectReport(text).reason == text)
    }
}
