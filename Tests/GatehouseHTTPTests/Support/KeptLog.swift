import Gatehouse
import GatehouseHTTP
import Logging
import Synchronization

/// A log that keeps its lines.
final class KeptLog: Sendable {
    struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
    }

    private let kept = Mutex<[Line]>([])

    var lines: [Line] { kept.withLock { $0 } }

    /// - Parameter provider: Adds to each line what it knows of the moment.
    func logger(_ provider: Logger.MetadataProvider? = nil) -> Logger {
        var logger = Logger(label: "test") { _ in Handler(log: self, metadataProvider: provider) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let log: KeptLog
        var metadataProvider: Logger.MetadataProvider?
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        private static func members(of request: RequestLine) -> Logger.Metadata {
            guard let members = (try? JSON.parse(Array(request.description.utf8)))?.objectValue?.members else {
                return [:]
            }
            return Dictionary(
                uniqueKeysWithValues: members.map { ($0.name, .string($0.value.stringValue ?? $0.value.text)) })
        }

        func log(event: LogEvent) {
            var all = (metadataProvider?.get() ?? [:]).merging(event.metadata ?? [:]) { $1 }
            if case .stringConvertible(let request as RequestLine)? = all.removeValue(forKey: RequestLine.key) {
                all.merge(Self.members(of: request)) { $1 }
            }
            let line = Line(
                level: event.level, message: event.message.description, metadata: all.mapValues { "\($0)" })
            log.kept.withLock { $0.append(line) }
        }
    }
}
