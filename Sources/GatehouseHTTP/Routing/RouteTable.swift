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
        var slug: String?
        var id: String?
    }

    fileprivate enum Segment: Equatable {
        case literal([UInt8])
        case tenant
        case id

        init(_ text: Substring) {
            switch text {
            case "{tenant}": self = .tenant
            case "{id}": self = .id
            default: self = .literal(Array(text.utf8))
            }
        }
    }

    private(set) var resources: [Resource] = []

    /// Every route there is.
    var routes: [Route] { resources.flatMap(\.routes) }

    init(_ routes: [Route]) {
        for route in routes {
            let index = resources.firstIndex { $0.template == route.template } ?? resources.endIndex
            if index == resources.endIndex {
                let segments = route.template.split(separator: "/", omittingEmptySubsequences: false).map(Segment.init)
                resources.append(Resource(template: route.template, segments: segments))
            }
            resources[index].routes.append(route)
        }
    }

    /// Matches the path of a request target, its query left aside. Segments are compared as they are sent, so that one
    /// resource has one path and no escape can name another tenant.
    func match(_ target: String) -> Match {
        var target = target
        return target.withUTF8 { bytes in
            let path = bytes.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
            let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            for resource in resources where Self.fits(segments, resource) {
                return Self.match(segments, resource)
            }
            let namesTenant = segments.count >= 3 && segments[1].elementsEqual("t".utf8) && !segments[2].isEmpty
            return Match(slug: namesTenant ? Self.text(segments[2]) : nil)
        }
    }

    private typealias PathSegment = Slice<UnsafeBufferPointer<UInt8>>

    private static func fits(_ segments: [PathSegment], _ resource: Resource) -> Bool {
        guard segments.count == resource.segments.count else { return false }
        for (segment, expected) in zip(segments, resource.segments) {
            switch expected {
            case .literal(let text): guard segment.elementsEqual(text) else { return false }
            case .tenant, .id: guard !segment.isEmpty else { return false }
            }
        }
        return true
    }

    private static func match(_ segments: [PathSegment], _ resource: Resource) -> Match {
        var match = Match(resource: resource)
        for (segment, expected) in zip(segments, resource.segments) {
            switch expected {
            case .literal: continue
            case .tenant: match.slug = text(segment)
            case .id: match.id = text(segment)
            }
        }
        return match
    }

    private static func text(_ segment: PathSegment) -> String { String(decoding: segment, as: UTF8.self) }
}
