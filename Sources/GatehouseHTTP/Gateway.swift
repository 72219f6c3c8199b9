import Gatehouse
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import OpenTelemetry
import Postgres
import Tracing

/// Takes every request: finds its route and its tenant, asks the endpoint, and turns whatever comes of it into a response.
struct Gateway: Sendable {
    private let routes: RouteTable
    /// What tenants' routes ask; nil on a listener that has none.
    private let service: LoginService?
    private let configuration: HTTPConfiguration
    private let room: ConnectionRoom
    private let ownOrigin: WebOrigin?
    private let isHTTPS: Bool
    private let log: RequestLog
    /// Nil on a listener whose requests are not counted.
    private let counter: RequestCounter?
    private let trace: RequestTrace

    init(
        routes: RouteTable, service: LoginService?, configuration: HTTPConfiguration, room: ConnectionRoom,
        metrics: RequestMetrics?, logger: Logger
    ) {
        self.routes = routes
        self.service = service
        self.room = room
        self.configuration = configuration
        ownOrigin = WebOrigin(ofURL: configuration.publicURL)
        isHTTPS = configuration.publicURL.lowercased().hasPrefix("https://")
        log = RequestLog(logger: logger)
        counter = metrics.map { RequestCounter($0, routes: routes) }
        trace = RequestTrace(tracer: configuration.tracer)
    }

    /// Nil for a request whose body is no HTTP: only what reads the connection knows what to do then.
    func respond(to request: Request, over channel: any Channel) async -> Response? {
        let match = routes.match(request.head.path ?? "/")
        let (method, route) = (RequestLog.name(of: request.method), match.resource?.template ?? "")
        let span = trace.begin(method: method, route: route, headers: request.headers)
        let incident = RequestLog.Incident(
            requestID: RequestID.chosen(for: request.headers), traceID: span.trace.traceID.description, method: method,
            route: route, channel: channel)
        let identity = RequestIdentity(requestID: incident.requestID, traceID: incident.traceID)
        let answer = await RequestIdentity.$current.withValue(identity) {
            await trace.within(span) { try? await self.answer(request, match, incident) }
        }
        let status = incident.isCutShort ? RequestLog.cutShort : answer?.status ?? .badRequest
        let duration = ContinuousClock.now - incident.received
        let tenant = incident.hasAskedEndpoint ? incident.tenant : nil
        counter?.answered(request.method, route: route, tenant: tenant, status: status, after: duration)
        log.answered(incident, status: status, after: duration)
        trace.end(span, incident, status: status)
        var response = answer?.response(
            requestID: incident.requestID, isHTTPS: isHTTPS, toHead: request.method == .head)
        // Who takes no part in traces gets the same answer to the same request, but for its id.
        if request.headers.contains(.traceParent) { response?.traceParent = span.trace.traceParent }
        return response
    }

    private func answer(
        _ request: Request, _ match: RouteTable.Match, _ incident: RequestLog.Incident
    ) async throws(HTTPParserError) -> Answer {
        guard let service, let slug = match.slug else {
            return try await answering(incident) { try await untenanted(request, match) }
        }
        let tenant: ServedTenant
        do {
            try room.refuseSurplus(incident.channel)
            tenant = try await service.directory.tenant(slug: slug)
        } catch {
            let listed = service.directory.lastKnownOrigins(of: slug)
            return turnedAway(request, match, by: error, listed.map { origins(listed: $0) }, incident)
        }
        incident.tenant = tenant.tenant
        return try await answer(request, match, service, tenant, incident)
    }

    /// The answer where no tenant is asked. Whose scripts may read it goes by what was known of the tenant last, and so does what
    /// `OPTIONS` is answered: a script whose preflight fails is told nothing, and a preflight grants no more than to be told.
    ///
    /// - Parameter origins: Nil where nothing is known of the tenant.
    private func turnedAway(
        _ request: Request, _ match: RouteTable.Match, by error: any Error, _ origins: AllowedOrigins?,
        _ incident: RequestLog.Incident
    ) -> Answer {
        let isTooLarge = request.announcesTooMuch
        var answer = problem(isTooLarge ? RequestFault.payloadTooLarge : error, incident)
        guard let origins else { return answer }
        let cors = CORS(request.headers, origins)
        if request.method == .options, !isTooLarge, let resource = match.resource {
            let endsConnection = answer.endsConnection
            answer = cors.preflight(request.headers, allowed: resource.methods)
            answer.endsConnection = endsConnection
        }
        cors.grant(&answer)
        return answer
    }

    private func origins(listed: [String]) -> AllowedOrigins {
        AllowedOrigins(own: ownOrigin, listed: listed)
    }

    private func untenanted(_ request: Request, _ match: RouteTable.Match) async throws(RequestFault) -> Answer {
        guard !request.announcesTooMuch else { throw .payloadTooLarge }
        guard let resource = match.resource else { throw .notFound }
        if request.method == .options { return .options(allowed: resource.methods) }
        guard case .untenanted(let endpoint) = resource.route(for: request.method)?.endpoint else {
            throw .methodNotAllowed(allowed: resource.methods)
        }
        return await endpoint()
    }

    private func answer(
        _ request: Request, _ match: RouteTable.Match, _ service: LoginService, _ tenant: ServedTenant,
        _ incident: RequestLog.Incident
    ) async throws(HTTPParserError) -> Answer {
        let origins = origins(listed: tenant.tenant.settings.allowedOrigins)
        let cors = CORS(request.headers, origins)
        let route = match.resource?.route(for: request.method)
        var answer = try await answering(incident, challenging: route?.expectsBearer == true ? tenant.tenant : nil) {
            // Whatever is asked, and whether or not anybody would read it.
            guard !request.announcesTooMuch else { throw RequestFault.payloadTooLarge }
            guard let resource = match.resource else { throw RequestFault.notFound }
            if request.method == .options { return cors.preflight(request.headers, allowed: resource.methods) }
            guard case .tenanted(let endpoint) = route?.endpoint else {
                throw RequestFault.methodNotAllowed(allowed: resource.methods)
            }
            incident.hasAskedEndpoint = true
            return try await endpoint(
                Call(
                    request: request, tenant: tenant, id: match.id ?? "", service: service,
                    configuration: configuration, allowedOrigins: origins))
        }
        cors.grant(&answer)
        return answer
    }

    /// Turns what is thrown into a problem. Only broken framing passes, for the connection to end.
    private func answering(
        _ incident: RequestLog.Incident, challenging tenant: Tenant? = nil, _ body: () async throws -> Answer
    ) async throws(HTTPParserError) -> Answer {
        do {
            return try await body()
        } catch let error as HTTPParserError {
            throw error
        } catch {
            return problem(error, incident, challenging: tenant)
        }
    }

    private func problem(
        _ error: any Error, _ incident: RequestLog.Incident, challenging tenant: Tenant? = nil
    ) -> Answer {
        let foreseen = Problem(foreseen: error)
        incident.note(error, isForeseen: foreseen != nil)
        guard var problem = foreseen else { return .problem(.unforeseen) }
        if let tenant { problem.challenge(realm: tenant) }
        return .problem(problem)
    }
}

extension WebOrigin {
    /// The origin of an http or https URL, whatever its path.
    init?(ofURL url: String) {
        guard let scheme = url.firstRange(of: "://") else { return nil }
        self.init(String(url[..<(url[scheme.upperBound...].firstIndex(of: "/") ?? url.endIndex)]))
    }
}
