/// One pipeline: everything sent up to a Sync, everything answered up to it, in one implicit transaction.
struct RoundTrip: ~Copyable {
    private enum Step {
        case prepare(PreparedStatements.Key, name: String)
        case execute(PreparedStatements.Key, wasKnown: Bool)
        case describe
    }

    /// The statement that failed, and how.
    struct Failure {
        let error: ServerError
        let key: PreparedStatements.Key?
        /// The server had it prepared before this trip.
        let wasKnown: Bool
    }

    private let libpq: LibPQ
    private var steps: [Step] = []
    private(set) var isSynced = false
    private(set) var failure: Failure?
    /// The answer to the last statement, when it succeeded.
    private var lastResult: ServerResult?

    init(on libpq: LibPQ) { self.libpq = libpq }

    /// Queues a statement; with `prepared` nil it is sent without a name.
    mutating func add(_ command: Command, prepared: inout PreparedStatements?) throws(ConnectionLoss) {
        let (key, parameters) = (command.key, command.parameters)
        if let name = prepared?.name(of: key) {
            try check(libpq.sendPrepared(name, parameters))
            steps.append(.execute(key, wasKnown: true))
        } else if let name = prepared?.newName() {
            try check(libpq.sendPrepare(name, sql: key.sql, types: key.types))
            steps.append(.prepare(key, name: name))
            try check(libpq.sendPrepared(name, parameters))
            steps.append(.execute(key, wasKnown: false))
        } else {
            try check(libpq.sendUnnamed(key.sql, types: key.types, parameters))
            steps.append(.execute(key, wasKnown: false))
        }
    }

    /// Queues a description of `statement`, which stays unnamed and isn't run.
    mutating func addDescription(of statement: some StatementDescription) throws(ConnectionLoss) {
        let key = PreparedStatements.Key(sql: statement.sql, types: statement.parameterTypes.map(\.oid))
        try check(libpq.sendPrepare("", sql: key.sql, types: key.types))
        steps.append(.execute(key, wasKnown: false))
        try check(libpq.sendDescribe(""))
        steps.append(.describe)
    }

    /// Sends everything and reads every answer. The connection is ready for the next trip when this returns.
    mutating func run(_ wait: inout AnswerWait, prepared: inout PreparedStatements?) throws(ConnectionLoss) {
        isSynced = true
        try check(libpq.sendSync())
        var step = 0
        while true {
            while libpq.isBusy { try wait.forInput() }
            guard let result = libpq.nextResult() else {
                if libpq.isBroken { throw ConnectionLoss(libpq.errorMessage) }
                step += 1
                continue
            }
            if result.status == .pipelineSync { break }
            try take(result, of: step, prepared: &prepared)
        }
        // Lets libpq notice that its queue is empty.
        if libpq.nextResult() != nil { throw ConnectionLoss("the server answered more than it was asked") }
        try wait.forCancelRequests()
    }

    /// The answer to the last statement; nil when the trip failed.
    consuming func result() -> ServerResult? { lastResult }

    private mutating func take(
        _ result: consuming ServerResult, of index: Int, prepared: inout PreparedStatements?
    ) throws(ConnectionLoss) {
        switch result.status {
        case .rows, .completed:
            if index < steps.count, case .prepare(let key, let name) = steps[index] {
                prepared?.remember(key, as: name)
            }
            if index == steps.count - 1 { lastResult = consume result }
        case .failed:
            let error = result.error
            guard error.severity == .error else { throw ConnectionLoss(error.message) }
            guard !libpq.isBroken else { throw ConnectionLoss(libpq.errorMessage) }
            if failure == nil { failure = Self.failure(error, at: index < steps.count ? steps[index] : nil) }
        case .copying:
            throw ConnectionLoss("COPY isn't supported")
        case .pipelineAborted, .pipelineSync:
            break
        }
    }

    private static func failure(_ error: ServerError, at step: Step?) -> Failure {
        switch step {
        case .prepare(let key, _): Failure(error: error, key: key, wasKnown: false)
        case .execute(let key, let wasKnown): Failure(error: error, key: key, wasKnown: wasKnown)
        case .describe, nil: Failure(error: error, key: nil, wasKnown: false)
        }
    }

    private func check(_ accepted: Bool) throws(ConnectionLoss) {
        guard accepted else { throw ConnectionLoss(libpq.errorMessage) }
    }
}
