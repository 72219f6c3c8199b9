import HTTPTypes

/// Finds who answers a path.
struct RouteTable: Sendable {
    /// All routes of one path template.
    struct Resource: Sendable {
        let template: String
        fileprivate let segments: [Segment]
        fileprivate(set) var routes: [Route] = []

        /// The route of a method; HEAD is answered as GET.
        func route(for method: HTTPRequest.Method) -> Route? {
            routes.first { $0.method == method } ?? (method == .head ? routes.first { $0.method == .get } : nil)
        }

        /// For `Allow`.
        var methods: [HTTPRequest.Method] {
            routes.flatMap { $0.method == .get ? [.get, .head] : [$0.method] } + [.options]
        }
    }

    struct Match {
        /// Nil when nothing is at this path.
        var resource: Resource?
        /// The tenant that the path names, also where nothing is at the path.
        var slug: Substring?
        var id: Substring?
    }

    fileprivate enum Segment: Equatable {
        case literal(String)
        case tenant
        case id

        init(_ text: Substring) {
            switch text {
            case "{tenant}": self = .tenant
            case "{id}": self = .id
            default: self = .literal(String(text))
            }
        }
    }

    private var resources: [Resource] = []

    /// Every route there is.
    var routes: [Route] { resources.flatMap(\.routes) }

    init(_ routes: [Route]) {
        for route in routes {
            let index = resources.firstIndex { $0.template == route.template } ?? resources.endIndex
            if index == resources.endIndex {
                let segments = Self.split(route.template).map(Segment.init)
                resources.append(Resource(template: route.template, segments: segments))
            }
            resources[index].routes.append(route)
        }
    }

    var templates: [String] { resources.map(\.template) }

    /// Matches the path of a request target, its query left aside. Segments are compared as they are sent, so that one
    /// resource has one path and no escape can name another tenant.
    func match(_ target: String) -> Match {
        let path = target.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        let segments = Self.split(Substring(path))
        for resource in resources where resource.segments.count == segments.count {
            if let match = Self.match(segments, resource) { return match }
        }
        return Match(slug: segments.count >= 3 && segments[1] == "t" && !segments[2].isEmpty ? segments[2] : nil)
    }

    private static func match(_ segments: [Substring], _ resource: Resource) -> Match? {
        var match = Match(resource: resource)
        for (segment, expected) in zip(segments, resource.segments) {
            switch expected {
            case .literal(let text):
                guard segment.utf8.elementsEqual(text.utf8) else { return nil }
            case .tenant:
                guard !segment.isEmpty else { return nil }
                match.slug = segment
            case .id:
                guard !segment.isEmpty else { return nil }
                match.id = segment
            }
        }
        return match
    }

    private static func split(_ path: some StringProtocol) -> [Substring] {
        Substring(path).utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map(Substring.init)
    }
}
