import FoundationEssentials

@testable import Gatehouse

/// Runs a history against the service and the model, and checks every answer.
struct HistoryRun {
    /// Waits are multiples of ten seconds. A history that takes nearly as long to run proves nothing.
    private static let longest: Duration = .seconds(8)

    let place: HistoryPlace
    let tenant: Tenant
    let history: History
    var model: Model
    var instances: [LoginService]
    /// By session.
    var clients: [Client] = []
    /// By user, as they are now.
    var passwords: [String] = []
    /// How often keys of either kind have been revoked in an emergency.
    var emergencies: [KeyUse: Int] = [:]
    var log: [Entry] = []

    enum Verdict {
        case clean([Entry])
        case failed(String)
        /// The machine was busy: nothing can be said.
        case tooSlow
    }

    static func verdict(on history: History, in place: HistoryPlace) async throws -> Verdict {
        let begun = ContinuousClock.now
        var run = HistoryRun(
            place: place, tenant: try await place.makeTenant(for: history), history: history, model: Model(history),
            instances: [place.startInstance(), place.startInstance()])
        for (index, step) in history.steps.enumerated() {
            let fault = try await run.take(step)
            guard ContinuousClock.now - begun < longest else { return .tooSlow }
            if let fault { return .failed("Step \(index), \(step.source): \(fault)") }
        }
        let faults = HistoryChecker(history, run.log).faults() + (try await run.missingRecords())
        return faults.isEmpty ? .clean(run.log) : .failed(faults.joined(separator: "\n"))
    }

    /// What is wrong with the answers, nil if nothing is.
    private mutating func take(_ step: Step) async throws -> String? {
        let entries = try await answers(to: step)
        guard let after = model.explaining(entries.map { ($0.request, $0.answer) }) else {
            return entries.map { describe($0) }.joined(separator: "; ")
        }
        log += entries
        model = after
        try await hear(of: step)
        return nil
    }

    /// What was recorded otherwise than the design says.
    private func missingRecords() async throws -> [String] {
        let records = try await place.records(of: tenant)
        return ["refresh.reuse_detected", "refresh.unknown_generation", "refresh.repeated_after_grace"].compactMap {
            let (recorded, due) = (records[$0, default: 0], model.records[$0, default: 0])
            let doubtful = $0 == "refresh.repeated_after_grace" ? model.doubtfulRepetitions : 0
            return (due...due + doubtful).contains(recorded) ? nil : "\($0) was recorded \(recorded) times, not \(due)."
        }
    }

    private func describe(_ entry: Entry) -> String {
        let allowed = model.outcomes(of: entry.request).map { "\($0.answer)" }
        return "\(entry.request) was answered \(entry.answer), alone it would be \(allowed.joined(separator: " or "))"
    }

    /// What is answered, or how it is refused.
    func outcome<Value>(of body: () async throws -> Value, _ answer: (Value) throws -> Answer) async throws -> Answer {
        do {
            return try answer(try await body())
        } catch let refusal as Refusal {
            return .refused(refusal.code)
        }
    }
}
