import Gatehouse
import HTTPTypes

extension Endpoints {
    /// `GET /readyz`: whether requests should be sent here; every check is named, with what is wrong where something is.
    static func readiness(_ readiness: Readiness) async -> Answer {
        let report = await readiness.report()
        var checks: JSONObject = [:]
        for check in report.checks { checks[check.name] = .string(check.fault ?? "ok") }
        return .json(
            ["status": report.isReady ? "ready" : "unready", "checks": .object(checks)],
            status: report.isReady ? .ok : .serviceUnavailable)
    }
}
