import HTTPTypes

extension Endpoints {
    /// `GET /metrics`: everything measured, for Prometheus.
    ///
    /// Thousands of series take milliseconds to print, which must not be an event loop's.
    static func metrics(_ text: @escaping @Sendable () async -> String) async -> Answer {
        let bytes = await Task.detached { Array(await text().utf8) }.value
        return Answer(status: .ok, body: .bytes(bytes, contentType: "text/plain; version=0.0.4; charset=utf-8"))
    }
}
