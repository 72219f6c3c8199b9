import HTTPTypes

extension Endpoints {
    /// `GET /metrics`: everything measured, for Prometheus.
    static func metrics(_ text: @Sendable () -> String) -> Answer {
        Answer(
            status: .ok,
            body: .bytes(Array(text().utf8), contentType: "text/plain; version=0.0.4; charset=utf-8"))
    }
}
