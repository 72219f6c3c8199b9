/// Several statements by the simple protocol, outside the pipeline.
struct Script {
    private let libpq: LibPQ
    private(set) var failure: ServerError?

    init(on libpq: LibPQ) { self.libpq = libpq }

    mutating func run(_ sql: String, _ wait: inout AnswerWait) throws(ConnectionLoss) {
        try check(libpq.leavePipelineMode())
        try check(libpq.sendScript(sql))
        while true {
            while libpq.isBusy { try wait.forInput() }
            guard let result = libpq.nextResult() else { break }
            switch result.status {
            case .failed:
                let error = result.error
                guard error.severity == .error, !libpq.isBroken else { throw ConnectionLoss(error.message) }
                failure = failure ?? error
            case .copying:
                throw ConnectionLoss("COPY isn't supported")
            default:
                break
            }
        }
        guard !libpq.isBroken else { throw ConnectionLoss(libpq.errorMessage) }
        try wait.forCancelRequests()
        try check(libpq.enterPipelineMode())
    }

    private func check(_ accepted: Bool) throws(ConnectionLoss) {
        guard accepted else { throw ConnectionLoss(libpq.errorMessage) }
    }
}
