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
        guard let method = metadata["method"], let route = metadata["route"], let status = metadata["status"],
            case .stringConvertible(let duration as Double)? = metadata["duration_ms"]
        else { return nil }
        let tenths = Int((duration * 10).rounded())
        text = [
            "\(method)".padded(to: 7), "\(status)".padded(to: 3), "\(tenths / 10).\(tenths % 10) ms".paddedLeft(to: 10),
            " " + "\(route)".padded(to: 40), metadata["tenant"].map { "\($0)" } ?? "",
        ].joined(separator: " ")
        rest = metadata.filter { !["method", "route", "status", "duration_ms", "tenant"].contains($0.key) }
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
