import Hummingbird
import Logging

/// The least that an answer over Hummingbird costs: one route, no middleware, no log, the same bytes each time. What
/// Gatehouse does per request is measured beside it.
@main
struct ConstantRoute {
    /// About as long as what `GET /v1/me` answers, and the key set.
    private static let body = ByteBuffer(string: #"{"constant":"\#(String(repeating: "x", count: 300))"}"#)

    private struct Usage: Error, CustomStringConvertible {
        let description = "Usage: ConstantRoute PORT"
    }

    static func main() async throws {
        guard CommandLine.arguments.count == 2, let port = Int(CommandLine.arguments[1]) else {
            throw Usage()
        }
        let router = Router()
        router.get("constant") { _, _ in
            Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: body))
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port), backlog: 1024),
            logger: Logger(label: "constant route") { _ in SwiftLogNoOpLogHandler() })
        try await application.runService()
    }
}
