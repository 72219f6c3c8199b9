import Foundation

/// A span as a collector reads it.
public struct CollectedSpan: Sendable {
    public let traceID: String
    public let spanID: String
    public let parentSpanID: String?
    public let name: String
    public let kind: Int
    public let start: UInt64
    public let end: UInt64
    /// Whatever their type, as text.
    public let attributes: [String: String]
    public let events: [String]
    /// 2 is an error; nil where nothing was said.
    public let status: Int?
    /// Of whoever made the span.
    public let resource: [String: String]

    /// Reads `ExportTraceServiceRequest` in JSON.
    static func list(_ document: Data) throws -> [CollectedSpan] {
        try JSONDecoder().decode(Document.self, from: document).resourceSpans.flatMap { group in
            group.scopeSpans.flatMap(\.spans).map { $0.collected(group.resource) }
        }
    }
}

private struct Document: Decodable {
    struct Group: Decodable {
        let resource: Resource
        let scopeSpans: [Scope]
    }

    struct Resource: Decodable {
        let attributes: [Attribute]
    }

    struct Scope: Decodable {
        let spans: [Span]
    }

    struct Span: Decodable {
        let traceId: String
        let spanId: String
        let parentSpanId: String?
        let name: String
        let kind: Int
        let startTimeUnixNano: String
        let endTimeUnixNano: String
        let attributes: [Attribute]
        let events: [Event]?
        let status: Status?

        func collected(_ resource: Resource) -> CollectedSpan {
            CollectedSpan(
                traceID: traceId, spanID: spanId, parentSpanID: parentSpanId, name: name, kind: kind,
                start: UInt64(startTimeUnixNano) ?? 0, end: UInt64(endTimeUnixNano) ?? 0,
                attributes: Attribute.texts(attributes), events: (events ?? []).map(\.name), status: status?.code,
                resource: Attribute.texts(resource.attributes))
        }
    }

    struct Event: Decodable {
        let name: String
    }

    struct Status: Decodable {
        let code: Int
    }

    struct Attribute: Decodable {
        let key: String
        let value: Value

        static func texts(_ attributes: [Attribute]) -> [String: String] {
            Dictionary(uniqueKeysWithValues: attributes.map { ($0.key, $0.value.text) })
        }
    }

    struct Value: Decodable {
        let stringValue: String?
        let intValue: String?
        let boolValue: Bool?
        let doubleValue: Double?

        var text: String {
            if let text = stringValue ?? intValue { return text }
            if let flag = boolValue { return "\(flag)" }
            return doubleValue.map { "\($0)" } ?? ""
        }
    }

    let resourceSpans: [Group]
}
