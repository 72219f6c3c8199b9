import Testing

@Suite("The attempts to connect in a server's log")
struct ConnectionAttemptsTests {
    private func peak(_ log: String) -> Int {
        var attempts = ConnectionAttempts()
        for line in log.split(separator: "\n") { attempts.note(line) }
        return attempts.peak
    }

    @Test("an attempt counts once, whether it is let in, refused, or both")
    func once() {
        let log = """
            gh_service 00000 6926f001.a1 1764159489.250 LOG:  connection authorized: user=gh_service database=test
            gh_service 53300 6926f001.a1 1764159489.251 FATAL:  remaining connection slots are reserved
            gh_service 53300 6926f001.a2 1764159489.252 FATAL:  sorry, too many clients already
            gh_service 57P03 6926f001.a3 1764159489.252 FATAL:  the database system is starting up
            """
        #expect(peak(log) == 3)
    }

    @Test("what isn't one of the service's doesn't count")
    func others() {
        let log = """
             00000 6926f000.1 1764159489.250 LOG:  database system is ready to accept connections
            [unknown] 00000 6926f001.a1 1764159489.250 LOG:  connection received: host=[local]
            gh_owner 00000 6926f001.a1 1764159489.251 LOG:  connection authorized: user=gh_owner database=test
            gh_service 57P01 6926f001.a2 1764159489.252 FATAL:  terminating connection due to administrator command
            """
        #expect(peak(log) == 0)
    }

    @Test("the most are those of any second, in whatever order the lines came")
    func seconds() {
        let times = ["10.900", "10.000", "10.999", "11.000", "11.899", "11.900"]
        let lines = times.enumerated().map { number, time in
            "gh_service 00000 6926f001.\(number) \(time) LOG:  connection authorized: user=gh_service database=test"
        }
        #expect(peak(lines.joined(separator: "\n")) == 4)
    }
}
