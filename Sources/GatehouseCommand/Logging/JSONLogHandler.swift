import FoundationEssentials
import Gatehouse
import GatehouseHTTP
import Logging

/// One JSON object a line on standard error: `time`, `level`, `message`, then the metadata by name.
struct JSONLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    private let writer: LogWriter

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
        write(Self.line(event, metadata: allMetadata(of: event), at: now), at: now)
    }

    private func write(_ line: [UInt8], at now: Date) {
        writer.write(line) { dropped in
            Self.line(.dropped(dropped), metadata: ["lines": .stringConvertible(dropped)], at: now)
        }
    }

    static func line(_ event: LogEvent, metadata: Logger.Metadata, at time: Date) -> [UInt8] {
        var line = beginning(event.level, event.message.description, at: time)
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) where !isTaken(name, event) {
            if case .stringConvertible(let request as RequestLine) = value {
                request.append(to: &line)
            } else {
                line.append(named: name, json(value))
            }
        }
        if let error = event.error { line.append("error", Failure(error).message) }
        return line.finished()
    }

    private static func beginning(_ level: Logger.Level, _ message: String, at time: Date) -> JSONObjectWriter {
        var line = JSONObjectWriter(capacity: 512)
        line.append("time", RFC3339.format(time))
        line.append("level", level.rawValue)
        line.append("message", message)
        return line
    }

    /// Whether a member of this name is the event's own.
    private static func isTaken(_ name: String, _ event: LogEvent) -> Bool {
        switch name {
        case "time", "level", "message": true
        case "error": event.error != nil
        default: false
        }
    }

    /// Numbers and truth values that were logged as such stay what they are.
    private static func json(_ value: Logger.Metadata.Value) -> JSON {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let number as Int): .integer(number)
        case .stringConvertible(let number as Double):
            JSONNumber(number).map(JSON.number) ?? .string(number.description)
        case .stringConvertible(let flag as Bool): .bool(flag)
        case .stringConvertible(let other): .string(other.description)
        case .array(let elements): .array(elements.map(json))
        case .dictionary(let members): .object(object(members))
        }
    }

    private static func object(_ metadata: Logger.Metadata) -> JSONObject {
        metadata.sorted { $0.key < $1.key }.reduce(into: [:]) { $0[$1.key] = json($1.value) }
    }
}

extension JSONLogHandler: RequestLineHandler {
    /// Without the metadata of the request that is being answered: the line has it.
    func log(_ request: RequestLine, level: Logger.Level, message: StaticString) {
        guard metadata.isEmpty else { return log(event: .request(request, level: level, message: message)) }
        let now = Date()
        var line = Self.beginning(level, "\(message)", at: now)
        request.append(to: &line)
        write(line.finished(), at: now)
    }
}

extension LogEvent {
    static func request(_ line: RequestLine, level: Logger.Level, message: StaticString) -> LogEvent {
        LogEvent(
            level: level, message: "\(message)", metadata: [RequestLine.key: .stringConvertible(line)],
            source: "", file: "", function: "", line: 0)
    }

    static func dropped(_ count: Int) -> LogEvent {
        LogEvent(
            level: .warning, message: "Lines were dropped here, as they couldn't be written, or not fast enough.",
            metadata: nil, source: "", file: "", function: "", line: 0)
    }
}

extension LogHandler {
    func allMetadata(of event: LogEvent) -> Logger.Metadata {
        var all = metadata
        for more in [metadataProvider?.get(), event.metadata] {
            guard let more, !more.isEmpty else { continue }
            if all.isEmpty { all = more } else { all.merge(more) { $1 } }
        }
        return all
    }
}
