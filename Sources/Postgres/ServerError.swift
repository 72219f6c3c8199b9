/// An error as the server reported it. The connection stays usable.
///
/// The description leaves out ``detail``, which quotes values of rows.
public struct ServerError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Severity: String, Sendable {
        case error = "ERROR"
        case fatal = "FATAL"
        case panic = "PANIC"
    }

    public let state: SQLState
    public let severity: Severity
    public let message: String
    public let detail: String?
    public let hint: String?
    public let schema: String?
    public let table: String?
    public let column: String?
    public let dataType: String?
    public let constraint: String?

    public var description: String { "PostgreSQL reported \(state): \(message)" }
}
