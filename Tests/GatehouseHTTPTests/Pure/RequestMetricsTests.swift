import Gatehouse
import HTTPTypes
import Prometheus
import Testing

@testable import GatehouseHTTP

@Suite struct RequestMetricsTests {
    private let registry: PrometheusRegistry
    private let counter: RequestCounter

    init() throws {
        registry = try PrometheusRegistry()
        let routes = RouteTable([Route(.get, "/healthz", untenanted: { .noContent })])
        counter = RequestCounter(RequestMetrics(factory: registry), routes: routes)
    }

    private func count(
        _ method: HTTPRequest.Method, _ route: String, _ status: HTTPResponse.Status,
        after time: Duration = .milliseconds(20)
    ) {
        counter.answered(method, route: route, tenant: nil, status: status, after: time)
    }

    private var counted: [Substring] {
        registry.text().split(separator: "\n").filter { $0.hasPrefix("gatehouse_http_requests_total{") }
    }

    @Test("An unknown path and an unknown method are told apart from known ones, and from nothing else")
    func other() {
        count(.get, "/healthz", .ok)
        for route in ["", "/made/up", "/healthz/"] { count(.get, route, .notFound) }
        for method in ["BREW", "PROPFIND", "get"] {
            guard let method = HTTPRequest.Method(rawValue: method) else { continue }
            count(method, "/healthz", .methodNotAllowed)
        }
        #expect(
            counted == [
                #"gatehouse_http_requests_total{route="/healthz",method="GET",status="200"} 1"#,
                #"gatehouse_http_requests_total{route="/healthz",method="other",status="405"} 3"#,
                #"gatehouse_http_requests_total{route="other",method="GET",status="404"} 3"#,
            ])
    }

    @Test("Methods that a route doesn't have are one series together")
    func methods() {
        for method in [.get, .head, .options, .post, .put, .patch, .delete] as [HTTPRequest.Method] {
            count(method, "/healthz", .serviceUnavailable)
        }
        #expect(
            counted == [
                #"gatehouse_http_requests_total{route="/healthz",method="GET",status="503"} 1"#,
                #"gatehouse_http_requests_total{route="/healthz",method="HEAD",status="503"} 1"#,
                #"gatehouse_http_requests_total{route="/healthz",method="OPTIONS",status="503"} 1"#,
                #"gatehouse_http_requests_total{route="/healthz",method="other",status="503"} 4"#,
            ])
    }

    @Test("Many first requests at once, with many statuses, are counted each in its own series")
    func atOnce() async {
        let statuses = [200, 201, 400, 401, 403, 404, 422, 500, 503].map { HTTPResponse.Status(code: $0) }
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<900 {
                group.addTask { count(.get, "/healthz", statuses[number % statuses.count]) }
            }
        }
        #expect(
            counted
                == statuses.map {
                    #"gatehouse_http_requests_total{route="/healthz",method="GET",status="\#($0.code)"} 100"#
                })
    }

    @Test("The duration is measured in seconds")
    func duration() {
        count(.get, "/healthz", .ok, after: .milliseconds(1500))
        #expect(
            registry.text().contains(
                #"gatehouse_http_request_duration_seconds_sum{route="/healthz",method="GET",status="200"} 1.5"#))
    }
}
