internal import CLibPQ

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// One libpq connection handle: owned by this object, freed once, when it goes.
///
/// This file is the only one that touches libpq's pointers. Nothing here blocks except name resolution inside
/// ``init(parameters:)`` and ``CancelRequest/deliver()``; the caller waits with ``waitForSocket(_:for:interrupt:until:)``.
final class LibPQ {
    private let handle: OpaquePointer
    private let notices = Notices()

    /// What the server says unasked. Lives as long as the handle, which holds its address.
    private final class Notices {
        var containFarewell = false
        var containCutWait = false

        /// The function of the server that waits for a synchronous standby, and warns when its wait is cut short. Its name is a
        /// field of the warning (PG_DIAG_SOURCE_FUNCTION), the same from PostgreSQL 9.1 to 18 and in every language; the
        /// SQLSTATE is 01000, which any other warning may have as well.
        private static let waitForStandby = "SyncRepWaitForLSN"

        func note(_ notice: OpaquePointer?) {
            switch field("V", of: notice) {
            case "FATAL", "PANIC": containFarewell = true
            case "WARNING": if field("R", of: notice) == Self.waitForStandby { containCutWait = true }
            default: break
            }
        }

        private func field(_ code: Unicode.Scalar, of notice: OpaquePointer?) -> String? {
            PQresultErrorField(notice, Int32(code.value)).map { String(cString: $0) }
        }
    }

    /// Starts to connect. `parameters` are libpq keywords in order of precedence, the last one wins;
    /// `dbname` may be a whole connection string or URL.
    init?(parameters: [(keyword: String, value: String)]) {
        let keywords = parameters.map { strdup($0.keyword) }
        let values = parameters.map { strdup($0.value) }
        defer { (keywords + values).forEach { free($0) } }
        let keywordPointers = keywords.map { UnsafePointer<CChar>($0) } + [nil]
        let valuePointers = values.map { UnsafePointer<CChar>($0) } + [nil]
        guard let handle = PQconnectStartParams(keywordPointers, valuePointers, 1) else { return nil }
        self.handle = handle
        // For the SQLSTATE of a refused connection, of which libpq keeps no result; see ``ConnectReport``.
        _ = PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        let receive: PQnoticeReceiver = { context, result in
            guard let context else { return }
            Unmanaged<Notices>.fromOpaque(context).takeUnretainedValue().note(result)
        }
        _ = PQsetNoticeReceiver(handle, receive, Unmanaged.passUnretained(notices).toOpaque())
    }

    deinit { PQfinish(handle) }

    // MARK: Connecting

    static let defaultPort = "5432"

    /// The keywords that a connection string or URL sets; none where it can't be understood.
    static func parse(_ conninfo: String) -> [String: String] { values(of: PQconninfoParse(conninfo, nil)) }

    /// What holds where a connection string says nothing: what the environment and its service set, else libpq's own choice.
    static func defaults() -> [String: String] { values(of: PQconndefaults()) }

    private static func values(of options: UnsafeMutablePointer<PQconninfoOption>?) -> [String: String] {
        guard let options else { return [:] }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }

    enum ConnectStep { case wantsRead, wantsWrite, done, failed }

    /// Whether a server has taken the connection, so that what fails from then on isn't for want of one.
    private(set) var isAccepted = false

    /// How far the attempt had come before its last step.
    private var reached = CONNECTION_BAD

    func connectStep() -> ConnectStep {
        // Noted before the step, since one that fails leaves nothing of the status.
        reached = PQstatus(handle)
        switch reached {
        case CONNECTION_STARTED, CONNECTION_MADE, CONNECTION_NEEDED, CONNECTION_BAD: break
        default: isAccepted = true
        }
        return switch PQconnectPoll(handle) {
        case PGRES_POLLING_OK: .done
        case PGRES_POLLING_READING: .wantsRead
        case PGRES_POLLING_FAILED: .failed
        default: .wantsWrite
        }
    }

    /// What an attempt has failed at, where no SQLSTATE tells: by how far it had come, and what the server had said of itself.
    var connectCause: ConnectCause {
        switch reached {
        case CONNECTION_STARTED, CONNECTION_MADE, CONNECTION_NEEDED, CONNECTION_BAD: .unreachable
        // libpq has dropped the socket where the other side hung up, and still has it where the two couldn't agree.
        case CONNECTION_SSL_STARTUP: PQsocket(handle) < 0 ? .lost : .tls
        case CONNECTION_CHECK_WRITABLE, CONNECTION_CHECK_STANDBY, CONNECTION_CHECK_TARGET, CONNECTION_CONSUME: .role
        default:
            if PQconnectionNeedsPassword(handle) == 1 {
                .noPassword
            } else if hasSaid("in_hot_standby") || hasSaid("default_transaction_read_only") {
                .role
            } else {
                .lost
            }
        }
    }

    private func hasSaid(_ parameter: String) -> Bool {
        PQparameterStatus(handle, parameter).map { String(cString: $0) } == "on"
    }

    /// Non-blocking and in pipeline mode, as every statement expects it.
    func prepareForStatements() -> Bool {
        // What is said of a connection that is lost goes to the log, and libpq may still hold what a statement was refused for:
        // without its detail, which repeats values. Results have all fields anyway.
        _ = PQsetErrorVerbosity(handle, PQERRORS_TERSE)
        return PQsetnonblocking(handle, 1) == 0 && PQenterPipelineMode(handle) == 1
    }

    // MARK: State

    var socket: Int32 { PQsocket(handle) }
    var backendProcessID: Int32 { PQbackendPID(handle) }
    var isBroken: Bool { PQstatus(handle) != CONNECTION_OK }
    /// The parameters were unusable, so that there is nothing to wait for.
    var isStillborn: Bool { PQstatus(handle) == CONNECTION_BAD }
    var isBusy: Bool { PQisBusy(handle) != 0 }
    /// Whether TLS or Kerberos stands between the socket and what is read of it.
    var isEncrypted: Bool { PQsslInUse(handle) != 0 || PQgssEncInUse(handle) != 0 }

    var errorMessage: String {
        guard let text = PQerrorMessage(handle) else { return "" }
        return String(cString: text).split(whereSeparator: \.isNewline).joined(separator: "; ")
    }

    /// Whether a transaction block is open, alive or failed.
    var isInTransaction: Bool {
        switch PQtransactionStatus(handle) {
        case PQTRANS_INTRANS, PQTRANS_INERROR: true
        default: false
        }
    }

    /// Whether the server has announced, while nothing was asked of it, that it ends this connection.
    func hasSaidFarewell() -> Bool {
        // Reads no socket, but parses what has been read.
        _ = PQisBusy(handle)
        return notices.containFarewell
    }

    /// Whether the server has said since ``forgetWarning()`` that it no longer waits for a standby to have a commit.
    var hasCutWait: Bool { notices.containCutWait }

    func forgetWarning() { notices.containCutWait = false }

    // MARK: Sending

    func sendPrepare(_ name: String, sql: String, types: [UInt32]) -> Bool {
        PQsendPrepare(handle, name, sql, Int32(types.count), types) == 1
    }

    func sendDescribe(_ name: String) -> Bool { PQsendDescribePrepared(handle, name) == 1 }

    func sendPrepared(_ name: String, _ parameters: ParameterBuffer) -> Bool {
        withPointers(to: parameters) { values, lengths, formats in
            PQsendQueryPrepared(handle, name, Int32(parameters.lengths.count), values, lengths, formats, 1) == 1
        }
    }

    func sendUnnamed(_ sql: String, types: [UInt32], _ parameters: ParameterBuffer) -> Bool {
        withPointers(to: parameters) { values, lengths, formats in
            PQsendQueryParams(handle, sql, Int32(parameters.lengths.count), types, values, lengths, formats, 1) == 1
        }
    }

    func sendSync() -> Bool { PQpipelineSync(handle) == 1 }

    /// Several statements by the simple protocol; pipeline mode must have been left.
    func sendScript(_ sql: String) -> Bool { PQsendQuery(handle, sql) == 1 }

    func leavePipelineMode() -> Bool { PQexitPipelineMode(handle) == 1 }
    func enterPipelineMode() -> Bool { PQenterPipelineMode(handle) == 1 }

    /// True when everything is out, false when the socket must become writable first, nil when the connection is lost.
    func flush() -> Bool? {
        switch PQflush(handle) {
        case 0: true
        case 1: false
        default: nil
        }
    }

    private func withPointers(
        to parameters: ParameterBuffer,
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> Bool
    ) -> Bool {
        let count = parameters.lengths.count
        return parameters.bytes.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: count + 1) { values in
                withUnsafeTemporaryAllocation(of: Int32.self, capacity: count + 1) { formats in
                    // libpq takes a nil address for a null, so an empty value needs one that is never read.
                    let origin = bytes.baseAddress ?? UnsafeRawPointer(values.baseAddress)
                    var offset = 0
                    for (index, length) in parameters.lengths.enumerated() {
                        let address = origin?.advanced(by: offset).assumingMemoryBound(to: CChar.self)
                        values.initializeElement(at: index, to: length < 0 ? nil : address)
                        formats.initializeElement(at: index, to: 1)
                        offset += Int(max(length, 0))
                    }
                    return parameters.lengths.withUnsafeBufferPointer {
                        body(UnsafePointer(values.baseAddress), $0.baseAddress, UnsafePointer(formats.baseAddress))
                    }
                }
            }
        }
    }

    // MARK: Receiving

    /// Reads what the socket has; of an encrypted connection what there is room for of one record. False when the connection is
    /// lost.
    func consumeInput() -> Bool { PQconsumeInput(handle) == 1 }

    /// The next result; nil ends the results of one command. Only to be called when not ``isBusy``.
    func nextResult() -> ServerResult? {
        PQgetResult(handle).map { ServerResult($0) }
    }

    func nextNotification() -> (channel: String, payload: String)? {
        guard let notification = PQnotifies(handle) else { return nil }
        defer { PQfreemem(notification) }
        return (String(cString: notification.pointee.relname), String(cString: notification.pointee.extra))
    }

    /// What another thread needs to cancel the statement that runs on this connection.
    func cancelRequest() -> CancelRequest? {
        PQgetCancel(handle).map { CancelRequest($0) }
    }
}

/// A cancel request for one connection, for use on another thread.
final class CancelRequest: @unchecked Sendable {
    // Safe to share: the pointer never changes, and libpq documents PQcancel as callable from any
    // thread, because a PGcancel holds a copy of the address and the key, nothing of the connection.
    private let pointer: OpaquePointer

    fileprivate init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQfreeCancel(pointer) }

    /// Opens a connection to the server, delivers the request, waits until the server has taken it. Blocks.
    func deliver() {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            _ = PQcancel(pointer, buffer.baseAddress, Int32(buffer.count))
        }
    }
}

/// The answer to one command, freed when it goes.
struct ServerResult: ~Copyable {
    enum Status { case rows, completed, pipelineSync, pipelineAborted, failed, copying }

    private let pointer: OpaquePointer

    fileprivate init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQclear(pointer) }

    var status: Status {
        switch PQresultStatus(pointer) {
        case PGRES_TUPLES_OK: .rows
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: .completed
        case PGRES_PIPELINE_SYNC: .pipelineSync
        case PGRES_PIPELINE_ABORTED: .pipelineAborted
        case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: .copying
        default: .failed
        }
    }

    var rowCount: Int { Int(PQntuples(pointer)) }
    var columnCount: Int { Int(PQnfields(pointer)) }
    var parameterCount: Int { Int(PQnparams(pointer)) }

    /// Rows inserted, updated, deleted or selected; 0 for other commands.
    var affectedRows: Int {
        guard let text = PQcmdTuples(pointer) else { return 0 }
        return Int(String(cString: text)) ?? 0
    }

    /// The command tag, such as `COMMIT`.
    var commandTag: String { PQcmdStatus(pointer).map { String(cString: $0) } ?? "" }

    func columnType(_ column: Int) -> UInt32 { PQftype(pointer, Int32(column)) }
    func parameterType(_ index: Int) -> UInt32 { PQparamtype(pointer, Int32(index)) }

    func columnName(_ column: Int) -> String {
        PQfname(pointer, Int32(column)).map { String(cString: $0) } ?? "column \(column + 1)"
    }

    func isNull(row: Int, column: Int) -> Bool { PQgetisnull(pointer, Int32(row), Int32(column)) == 1 }

    func value<Value: PostgresDecodable>(row: Int, column: Int) throws(ValueFault) -> Value {
        let length = Int(PQgetlength(pointer, Int32(row), Int32(column)))
        let address = UnsafeRawPointer(PQgetvalue(pointer, Int32(row), Int32(column)))
        // The bytes live as long as the result, which outlives this call.
        let bytes = RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: address, count: length))
        return try Value.decode(bytes)
    }

    /// The error that this result carries; ``status`` is ``Status/failed``.
    var error: ServerError {
        ServerError(
            state: SQLState(rawValue: field("C") ?? "XX000"),
            severity: ServerError.Severity(rawValue: field("V") ?? "") ?? .error,
            message: field("M") ?? "The server gave no message.",
            detail: field("D"), hint: field("H"), schema: field("s"), table: field("t"),
            column: field("c"), dataType: field("d"), constraint: field("n"))
    }

    private func field(_ code: Unicode.Scalar) -> String? {
        PQresultErrorField(pointer, Int32(code.value)).map { String(cString: $0) }
    }
}
