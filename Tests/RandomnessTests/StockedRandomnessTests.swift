import Randomness
import Testing

@Suite struct StockedRandomnessTests {
    @Test("No number is given twice, whoever asks at the same time")
    func distinct() async {
        let numbers = await withTaskGroup(of: [UInt64].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let random = StockedRandomness()
                    return (0..<1000).map { _ in random.next() }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(Set(numbers).count == 8000)
    }

    @Test("Every bit is sometimes set and sometimes not")
    func bits() {
        let random = StockedRandomness()
        let numbers = (0..<200).map { _ in random.next() }
        #expect(numbers.reduce(0, |) == .max)
        #expect(numbers.reduce(.max, &) == 0)
    }
}
