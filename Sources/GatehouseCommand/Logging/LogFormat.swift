import GatehouseHTTP
import Logging

/// What a line of the log looks like.
enum LogFormat: String, Sendable {
    case json, text

    func handler(level: Logger.Level) -> any LogHandler {
        switch self {
        case .json: JSONLogHandler(logLevel: level, metadataProvider: .request, to: .standardError)
        case .text: TextLogHandler(logLevel: level, metadataProvider: .request, to: .standardError)
        }
    }
}

extension Logger {
    static func gatehouse(_ format: LogFormat, level: Logger.Level) -> Logger {
        Logger(label: "gatehouse") { _ in format.handler(level: level) }
    }
}
