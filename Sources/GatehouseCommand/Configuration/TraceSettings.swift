import Gatehouse
import OpenTelemetry

/// Where traces go and which; the variables are those of OpenTelemetry's specification.
struct TraceSettings {
    static let serviceName = "gatehouse"

    let endpoint: OTLPEndpoint
    /// The share of traces to record that nobody has begun before us.
    let ratio: Double
    let serviceName: String
}

extension SettingsReader {
    /// Nil without an endpoint.
    mutating func traces() -> TraceSettings? {
        let endpoint = value(.otlpEndpoint) { text throws(FieldFault) in
            guard let endpoint = OTLPEndpoint(text) else {
                throw .setting(
                    "write the address of a collector, such as http://127.0.0.1:4318, without user and query")
            }
            return endpoint
        }
        let ratio = value(.traceSamplerArgument) { text throws(FieldFault) in
            guard let ratio = Double(text), (0...1).contains(ratio) else {
                throw .setting("write a number from 0 to 1")
            }
            return ratio
        }
        let name = value(.traceServiceName) { text throws(FieldFault) in
            guard text.utf8.count <= 64, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw .setting("write at most 64 characters of ASCII, without spaces")
            }
            return text
        }
        guard let endpoint else { return nil }
        return TraceSettings(endpoint: endpoint, ratio: ratio ?? 1, serviceName: name ?? TraceSettings.serviceName)
    }
}
