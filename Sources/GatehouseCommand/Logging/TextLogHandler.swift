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
    private let coloured = Terminal.hasColour(STDERR_FILENO)

    init(logLevel: Logger.Level) {
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = RFC3339.format(Date()).dropFirst(11).prefix(8)
        let level = event.level.rawValue.padding(to: 8)
        var parts = [
            Style.faint.applied(to: String(time), if: coloured), style(event.level).applied(to: level, if: coloured),
            event.message.description,
        ]
        for (name, value) in allMetadata(of: event).sorted(by: { $0.key < $1.key }) {
            parts.append(Style.faint.applied(to: "\(name)=\(value)", if: coloured))
        }
        if let error = event.error { parts.append(Failure(error).message) }
        Terminal.write(parts.joined(separator: " ").onOneLine + "\n", to: STDERR_FILENO)
    }

    private func style(_ level: Logger.Level) -> Style {
        switch level {
        case .trace, .debug: .faint
        case .info, .notice: .good
        case .warning: .warning
        case .error, .critical: .bad
        }
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    /// What came with a request can't begin a line of its own.
    fileprivate var onOneLine: String {
        replacing("\r", with: "\\r").replacing("\n", with: "\\n")
    }
}
