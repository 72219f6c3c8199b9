import Testing

@testable import Gatehouse

@Suite struct DatabaseTroubleTests {
    private let start = ContinuousClock.now
    private let refused = DatabaseFault(kind: .authentication, isOfConnecting: true)
    private let full = DatabaseFault(kind: .diskFull)

    @Test("A fault is said when it begins and not again, another one once a minute has passed")
    func said() {
        var trouble = DatabaseTrouble()
        #expect(trouble.failed(by: full, at: start) == true)
        #expect(trouble.failed(by: full, at: start + .seconds(90)) == false)
        #expect(trouble.failed(by: refused, at: start + .seconds(91)) == true)
        #expect(trouble.failed(by: full, at: start + .seconds(150)) == false)
        #expect(trouble.failed(by: full, at: start + .seconds(151)) == true)
    }

    @Test("A connection that is opened says at once that one can be had again")
    func opened() {
        var trouble = DatabaseTrouble()
        #expect(trouble.failed(by: refused, at: start) == true)
        #expect(trouble.succeeded(byOpening: false, at: start + .seconds(1)) == false)
        #expect(trouble.succeeded(byOpening: true, at: start + .seconds(1)) == true)
        #expect(trouble.succeeded(byOpening: true, at: start + .seconds(2)) == false, "said once")
    }

    @Test(
        "A connection that is opened says nothing of what statements have met with since, though that wasn't said yet")
    func unsaid() {
        var trouble = DatabaseTrouble()
        #expect(trouble.failed(by: refused, at: start) == true)
        #expect(trouble.failed(by: full, at: start + .seconds(10)) == false)
        #expect(trouble.succeeded(byOpening: true, at: start + .seconds(12)) == false)
        #expect(trouble.failed(by: full, at: start + .seconds(60)) == true)
    }

    @Test("What statements meet with is over when for a minute none has")
    func quiet() {
        var trouble = DatabaseTrouble()
        #expect(trouble.failed(by: full, at: start) == true)
        #expect(trouble.failed(by: full, at: start + .seconds(30)) == false)
        #expect(trouble.succeeded(byOpening: true, at: start + .seconds(89)) == false)
        #expect(trouble.succeeded(byOpening: false, at: start + .seconds(90)) == true)
    }
}
