import Gatehouse

extension Endpoints {
    /// `GET /healthz`: the process lives.
    static func health() -> Answer {
        .json(["status": "ok"])
    }
}
