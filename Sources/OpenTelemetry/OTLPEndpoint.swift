import FoundationEssentials

/// Where traces are sent: the base address of a collector that speaks OTLP over HTTP, as `OTEL_EXPORTER_OTLP_ENDPOINT` has
/// it, such as `http://127.0.0.1:4318`.
public struct OTLPEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// The base address, without a slash at its end.
    public let description: String

    /// Nil for anything but an http or https address without user, query and fragment.
    public init?(_ text: String) {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https",
            let host = url.host(), !host.isEmpty, url.user() == nil, url.password() == nil, url.query() == nil,
            url.fragment() == nil, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        var base = Substring(text)
        while base.hasSuffix("/") { base.removeLast() }
        description = String(base)
    }

    /// Where the spans go.
    var traces: String { description + "/v1/traces" }
}
