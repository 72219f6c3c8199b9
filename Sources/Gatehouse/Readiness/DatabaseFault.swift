package import Postgres

/// What keeps the database from doing what it is asked, told apart by what an operator does about it.
package struct DatabaseFault: Hashable, Sendable, CustomStringConvertible {
    /// The raw values are those of the log, and documented.
    package enum Kind: String, CaseIterable, Sendable {
        case name, unreachable, timeout, tls, authentication, permission
        case noSuchDatabase = "no_such_database"
        case tooManyConnections = "too_many_connections"
        case diskFull = "disk_full"
        case outOfResources = "out_of_resources"
        case readOnly = "read_only"
        case shuttingDown = "shutting_down"
        case systemError = "system_error"
        case lost, unconfirmed
        case noNotifications = "no_notifications"
        case ownSystem = "own_system"
        /// What statements do to each other, rather than what is wrong with the database.
        case conflict
        /// Every connection stayed in use, whatever holds them up.
        case busy
        case closed, cancelled, other
    }

    package let kind: Kind
    /// Where the server gave one.
    package let state: SQLState?
    /// Whether no connection could be had or kept, so that the next one that is opened says that it is over.
    let isOfConnecting: Bool

    /// Nil where the fault lies in what was asked, or the request was one too many.
    package init?(_ error: PostgresError) {
        switch error {
        case .connect(_, .refused(let state)): self.init(kind: Kind(refusalBy: state), state, isOfConnecting: true)
        case .connect(_, let cause): self.init(kind: Kind(cause), isOfConnecting: true)
        case .connectionLost: self.init(kind: .lost, isOfConnecting: true)
        case .commitUnconfirmed: self.init(kind: .unconfirmed)
        case .timeout(.connecting): self.init(kind: .timeout, isOfConnecting: true)
        case .timeout(.statement): self.init(kind: .timeout)
        case .timeout(.waitingForConnection): self.init(kind: .busy)
        case .server(let error) where error.state.isUnavailability:
            let kind = Kind(refusalBy: error.state)
            self.init(kind: kind, error.state, isOfConnecting: kind == .shuttingDown)
        case .closed: self.init(kind: .closed)
        case .cancelled: self.init(kind: .cancelled)
        case .server, .encoding, .decoding, .tooManyWaiting, .transactionInProgress: return nil
        }
    }

    /// By its label told from the errors, some of which have the same names.
    init(kind: Kind, _ state: SQLState? = nil, isOfConnecting: Bool = false) {
        self.kind = kind
        self.state = state
        self.isOfConnecting = isOfConnecting
    }

    /// Whether others are likely to meet with it too, and an operator to do something about it.
    var isOfDatabase: Bool {
        switch kind {
        case .conflict, .busy, .closed, .cancelled: false
        default: true
        }
    }

    package var description: String {
        state.map { "\(kind.rawValue) (SQLSTATE \($0))" } ?? kind.rawValue
    }
}

extension DatabaseFault.Kind {
    fileprivate init(_ cause: ConnectCause) {
        switch cause {
        case .refused(let state): self.init(refusalBy: state)
        case .name: self = .name
        case .unreachable: self = .unreachable
        case .tls: self = .tls
        case .noPassword: self = .authentication
        case .role: self = .readOnly
        case .lost: self = .lost
        case .noNotifications: self = .noNotifications
        case .ownSystem: self = .ownSystem
        case .unknown: self = .other
        }
    }

    fileprivate init(refusalBy state: SQLState) {
        switch state {
        case SQLState.Class.invalidAuthorization: self = .authentication
        case .insufficientPrivilege: self = .permission
        case .invalidCatalogName: self = .noSuchDatabase
        case .tooManyConnections: self = .tooManyConnections
        case .diskFull: self = .diskFull
        case SQLState.Class.insufficientResources: self = .outOfResources
        case .readOnlySQLTransaction: self = .readOnly
        // By statement_timeout, or by hand.
        case .queryCanceled: self = .timeout
        case SQLState.Class.operatorIntervention: self = .shuttingDown
        case SQLState.Class.systemError: self = .systemError
        case SQLState.Class.transactionRollback, .lockNotAvailable: self = .conflict
        default: self = .other
        }
    }
}
