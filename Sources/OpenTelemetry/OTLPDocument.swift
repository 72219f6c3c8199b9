import FoundationEssentials
import Tracing

/// Spans as OTLP/HTTP has them in JSON (`ExportTraceServiceRequest`): identifiers in hexadecimal, 64-bit numbers as text.
struct OTLPDocument: Encodable {
    private struct ResourceSpans: Encodable {
        let resource: Resource
        let scopeSpans: [ScopeSpans]
    }

    private struct Resource: Encodable {
        let attributes: [Attribute]
    }

    private struct ScopeSpans: Encodable {
        let scope: Scope
        let spans: [Span]
    }

    private struct Scope: Encodable {
        let name: String
    }

    private struct Span: Encodable {
        let traceId: String
        let spanId: String
        let parentSpanId: String?
        let flags: Int
        let name: String
        let kind: Int
        let startTimeUnixNano: String
        let endTimeUnixNano: String
        let attributes: [Attribute]
        let events: [Event]?
        let links: [Link]?
        let status: Status?
    }

    private struct Event: Encodable {
        let timeUnixNano: String
        let name: String
        let attributes: [Attribute]
    }

    private struct Link: Encodable {
        let traceId: String
        let spanId: String
    }

    private struct Status: Encodable {
        let code: Int
        let message: String?
    }

    private let resourceSpans: [ResourceSpans]

    /// - Parameter resource: Who made the spans: `service.name` and the like.
    init(_ spans: [FinishedSpan], of resource: [String: String]) {
        resourceSpans = [
            ResourceSpans(
                resource: Resource(attributes: Attribute.list(SpanAttributes(resource.mapValues { .string($0) }))),
                scopeSpans: [
                    ScopeSpans(
                        scope: Scope(name: resource["service.name"] ?? ""), spans: spans.map(Self.span))
                ])
        ]
    }

    private static func span(_ span: FinishedSpan) -> Span {
        Span(
            traceId: span.context.traceID.description, spanId: span.context.spanID.description,
            parentSpanId: span.parent?.description, flags: 1, name: span.name, kind: number(of: span.kind),
            startTimeUnixNano: String(span.start), endTimeUnixNano: String(span.end),
            attributes: Attribute.list(span.attributes),
            events: span.events.isEmpty
                ? nil
                : span.events.map {
                    Event(timeUnixNano: String($0.at), name: $0.name, attributes: Attribute.list($0.attributes))
                },
            links: span.links.isEmpty
                ? nil : span.links.map { Link(traceId: $0.traceID.description, spanId: $0.spanID.description) },
            status: span.status.map { Status(code: $0.code == .ok ? 1 : 2, message: $0.message) })
    }

    private static func number(of kind: SpanKind) -> Int {
        switch kind {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }
}
