import GatehouseHTTP
import Logging

/// The line of a request for a person: what is in every one of them stands in columns.
///
///     POST   200    41.3 ms  /t/{tenant}/v1/login                    demo
struct RequestColumns {
    let text: String
    /// What has no column.
    let rest: Logger.Metadata

    /// Nil for anything but the line of a request.
    init?(_ metadata: Logger.Metadata) {
        guard case .stringConvertible(let request as RequestLine)? = metadata[RequestLine.key] else { return nil }
        let tenths = Int((request.milliseconds * 10).rounded())
        text = [
            request.method.padded(to: 7), "\(request.status)".padded(to: 3),
            "\(tenths / 10).\(tenths % 10) ms".paddedLeft(to: 10), " " + request.route.padded(to: 40), request.tenant,
        ].joined(separator: " ")
        var rest = metadata
        rest[RequestLine.key] = nil
        rest["request_id"] = .string(request.requestID)
        rest["trace_id"] = .string(request.traceID)
        if let error = request.error { rest["error"] = .string(error) }
        self.rest = rest
    }
}

extension String {
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    fileprivate func paddedLeft(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}
