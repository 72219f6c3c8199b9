import CoreMetrics
import HTTPTypes
import Synchronization

/// The series of one route and method, made as statuses are answered for the first time, and found without a lock.
///
/// They hang in a list that only grows, at its end; a route answers a handful of statuses.
final class SeriesByStatus: Sendable {
    /// The series of one route, method and status.
    final class Series: Sendable {
        fileprivate let status: HTTPResponse.Status
        let requests: Counter
        let duration: Timer
        fileprivate let next = AtomicLazyReference<Series>()

        fileprivate init(
            _ status: HTTPResponse.Status, labels: [(String, String)], factory: any MetricsFactory
        ) {
            self.status = status
            let labels = labels + [("status", String(status.code))]
            requests = Counter(label: "gatehouse_http_requests_total", dimensions: labels, factory: factory)
            duration = Timer(label: "gatehouse_http_request_duration_seconds", dimensions: labels, factory: factory)
        }
    }

    private let labels: [(String, String)]
    private let factory: any MetricsFactory
    private let first = AtomicLazyReference<Series>()

    init(labels: [(String, String)], factory: any MetricsFactory) {
        self.labels = labels
        self.factory = factory
    }

    func series(of status: HTTPResponse.Status) -> Series {
        var series = first.load() ?? first.storeIfNil(make(status))
        while series.status.code != status.code { series = series.next.load() ?? series.next.storeIfNil(make(status)) }
        return series
    }

    private func make(_ status: HTTPResponse.Status) -> Series {
        Series(status, labels: labels, factory: factory)
    }
}
