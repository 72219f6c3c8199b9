public import CoreMetrics
public import Gatehouse
import HTTPTypes

/// How requests are counted: with or without their tenants, and where.
public struct RequestMetrics: Sendable {
    let tenants: TenantLabel
    let factory: any MetricsFactory

    public init(tenants: TenantLabel = .off, factory: any MetricsFactory = MetricsSystem.factory) {
        self.tenants = tenants
        self.factory = factory
    }
}

/// How many requests there were and how long they took, by route template, method and status.
///
/// No label holds what a client made up: an unknown path and a method that the path doesn't have are `other`.
struct RequestCounter: Sendable {
    private let routes: PerTenant<SeriesByRoute>

    init(_ metrics: RequestMetrics, routes table: RouteTable) {
        routes = PerTenant(metrics.tenants) { labels in
            SeriesByRoute(table.resources, labels: labels, factory: metrics.factory)
        }
    }

    /// - Parameters:
    ///   - route: The template, empty where there is no such path.
    ///   - tenant: Nil where no endpoint of a tenant was asked. Whatever else is sent to a tenant's paths would give it series by the hundred.
    func answered(
        _ method: HTTPRequest.Method, route: String, tenant: Tenant?, status: HTTPResponse.Status, after time: Duration
    ) {
        let series = routes[tenant?.slug][route, method].series(of: status)
        series.requests.increment()
        series.duration.record(time)
    }
}

/// The series of one tenant or of all, by what is known when the service starts: routes and methods.
private struct SeriesByRoute: Sendable {
    private let known: [String: [SeriesByStatus]]
    private let others: [SeriesByStatus]

    init(_ resources: [RouteTable.Resource], labels: [(String, String)], factory: any MetricsFactory) {
        func byMethod(_ route: String, _ methods: [CountedMethod]) -> [SeriesByStatus] {
            func series(_ method: CountedMethod) -> SeriesByStatus {
                SeriesByStatus(labels: labels + [("route", route), ("method", method.label)], factory: factory)
            }
            let other = series(.other)
            return CountedMethod.allCases.map { methods.contains($0) ? series($0) : other }
        }
        var known: [String: [SeriesByStatus]] = [:]
        for resource in resources {
            known[resource.template] = byMethod(resource.template, resource.methods.map { CountedMethod($0) })
        }
        self.known = known
        others = byMethod("other", CountedMethod.allCases)
    }

    subscript(route: String, method: HTTPRequest.Method) -> SeriesByStatus {
        (known[route] ?? others)[CountedMethod(method).rawValue]
    }
}

/// The methods that are told apart.
private enum CountedMethod: Int, CaseIterable {
    case get, head, post, put, patch, delete, options, other

    init(_ method: HTTPRequest.Method) {
        switch method {
        case .get: self = .get
        case .head: self = .head
        case .post: self = .post
        case .put: self = .put
        case .patch: self = .patch
        case .delete: self = .delete
        case .options: self = .options
        default: self = .other
        }
    }

    var label: String { self == .other ? "other" : "\(self)".uppercased() }
}
