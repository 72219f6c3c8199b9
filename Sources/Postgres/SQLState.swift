/// The five-character code of a server error (PostgreSQL manual, appendix A).
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// The first two characters, which name the family of the error.
    public var `class`: Class { Class(rawValue: String(rawValue.prefix(2))) }

    public var description: String { rawValue }

    public struct Class: RawRepresentable, Hashable, Sendable {
        public let rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        public static let connectionException = Class(rawValue: "08")
        public static let featureNotSupported = Class(rawValue: "0A")
        public static let dataException = Class(rawValue: "22")
        public static let invalidAuthorization = Class(rawValue: "28")
        public static let integrityConstraintViolation = Class(rawValue: "23")
        public static let transactionRollback = Class(rawValue: "40")
        public static let insufficientResources = Class(rawValue: "53")
        public static let programLimitExceeded = Class(rawValue: "54")
        public static let operatorIntervention = Class(rawValue: "57")
        /// The system beneath the server failed, as a disk that can't be read.
        public static let systemError = Class(rawValue: "58")

        /// Lets a `switch` over a state match its class.
        public static func ~= (pattern: Class, state: SQLState) -> Bool { state.class == pattern }
    }

    public static let featureNotSupported = SQLState(rawValue: "0A000")
    public static let foreignKeyViolation = SQLState(rawValue: "23503")
    public static let uniqueViolation = SQLState(rawValue: "23505")
    public static let readOnlySQLTransaction = SQLState(rawValue: "25006")
    public static let invalidPassword = SQLState(rawValue: "28P01")
    public static let invalidStatementName = SQLState(rawValue: "26000")
    public static let invalidCatalogName = SQLState(rawValue: "3D000")
    public static let insufficientPrivilege = SQLState(rawValue: "42501")
    public static let undefinedTable = SQLState(rawValue: "42P01")
    public static let diskFull = SQLState(rawValue: "53100")
    public static let tooManyConnections = SQLState(rawValue: "53300")
    public static let lockNotAvailable = SQLState(rawValue: "55P03")
    public static let queryCanceled = SQLState(rawValue: "57014")

    /// The server is stopping, out of something, let down by its system, a replica that was asked to write, or gave way to
    /// another transaction: try again, perhaps elsewhere.
    public var isUnavailability: Bool {
        switch self {
        case Class.connectionException, Class.transactionRollback, Class.insufficientResources,
            Class.operatorIntervention, Class.systemError, .readOnlySQLTransaction, .lockNotAvailable:
            true
        default: false
        }
    }
}
