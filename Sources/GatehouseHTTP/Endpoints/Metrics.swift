import HTTPTypes

extension Endpoints {
    /// `GET /metrics`: everything measured, for Prometheus.
    static func metrics(_ text: @Sendable () async -> String) async -> Answer {
        Answer(
            status: .ok,
            body: .bytes(Array(await text().utf8), contentType: "text/plain; version=0.0.4; charset=utf-8"))
    }
}
