import FoundationEssentials
import Gatehouse
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
        writer.write(Self.line(event, metadata: allMetadata(of: event), at: now)) { dropped in
            Self.line(.dropped(dropped), metadata: ["lines": .stringConvertible(dropped)], at: now)
        }
    }

    static func line(_ event: LogEvent, metadata: Logger.Metadata, at time: Date) -> String {
        var members: JSONObject = [
            "time": .time(time), "level": .string(event.level.rawValue), "message": .string(event.message.description),
        ]
        let own = Set(members.names)
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) where !own.contains(name) {
            members[name] = json(value)
        }
        if let error = event.error { members["error"] = .string(Failure(error).message) }
        return members.text
    }

    /// Numbers and truth values that were logged as such stay what they are.
    private static func json(_ value: Logger.Metadata.Value) -> JSON {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let number as Int): .integer(number)
        case .stringConvertible(let number as Double) where number.isFinite:
            (try? JSON.parse(Array(number.description.utf8))) ?? .string(number.description)
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

extension LogEvent {
    static func dropped(_ count: Int) -> LogEvent {
        LogEvent(
            level: .warning, message: "Lines were dropped here, as nobody read the log fast enough.", metadata: nil,
            source: "", file: "", function: "", line: 0)
    }
}

extension LogHandler {
    func allMetadata(of event: LogEvent) -> Logger.Metadata {
        guard let provided = metadataProvider?.get() else {
            return event.metadata.map { metadata.merging($0) { $1 } } ?? metadata
        }
        return metadata.merging(provided) { $1 }.merging(event.metadata ?? [:]) { $1 }
    }
}
