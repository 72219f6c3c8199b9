import FoundationEssentials
import Gatehouse
import Logging

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Lines for a person who watches the service while developing: `20:15:04 info  message name=value`.
struct TextLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let writer: LogWriter
    private let coloured = Terminal.hasColour(STDERR_FILENO)

    init(logLevel: Logger.Level, metadataProvider: Logger.MetadataProvider? = nil, to writer: LogWriter) {
        self.logLevel = logLevel
        self.metadataProvider = metadataProvider
        self.writer = writer
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let now = Date()
        let line = Self.line(event, metadata: allMetadata(of: event), at: now, coloured: coloured)
        writer.write(Array(line.utf8)) { dropped in
            let line = Self.line(
                .dropped(dropped), metadata: ["lines": .stringConvertible(dropped)], at: now, coloured: coloured)
            return Array(line.utf8)
        }
    }

    static func line(_ event: LogEvent, metadata: Logger.Metadata, at time: Date, coloured: Bool) -> String {
        let request = RequestColumns(metadata)
        let level = event.level.rawValue.padded(to: 8)
        var parts = [
            Style.faint.applied(to: String(RFC3339.format(time).dropFirst(11).prefix(8)), if: coloured),
            style(event.level).applied(to: level, if: coloured), (request?.text ?? event.message.description).printable,
        ]
        for (name, value) in (request?.rest ?? metadata).sorted(by: { $0.key < $1.key }) {
            parts.append(Style.faint.applied(to: "\(name)=\(value)".printable, if: coloured))
        }
        if let error = event.error { parts.append(Failure(error).message.printable) }
        return parts.joined(separator: " ")
    }

    private static func style(_ level: Logger.Level) -> Style {
        switch level {
        case .trace, .debug: .faint
        case .info, .notice: .good
        case .warning: .warning
        case .error, .critical: .bad
        }
    }
}
