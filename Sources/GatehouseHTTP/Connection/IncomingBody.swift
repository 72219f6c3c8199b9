import NIOCore
import NIOHTTP1
import Synchronization

/// The body of a request, which may come while the request is being answered. Its connection writes it, an endpoint waits for it.
final class IncomingBody: Sendable {
    /// Why there is no whole body.
    enum Fault: Error, Equatable {
        case tooLarge
        /// The client has sent its last byte, or is gone.
        case cutShort
        /// What came is no body as RFC 9112 has it; the connection can't go on.
        case broken(HTTPParserError)
    }

    /// The most bytes of a body that are kept.
    static let maximumSize = 16 * 1024

    /// That of a request without one.
    static let none = IncomingBody(.ended(.success(ByteBuffer()), keptWaiting: false))

    private enum State {
        case coming(ByteBuffer, waiting: CheckedContinuation<Result<ByteBuffer, Fault>, Never>?)
        case ended(Result<ByteBuffer, Fault>, keptWaiting: Bool)
    }

    private let state: Mutex<State>

    convenience init() {
        self.init(.coming(ByteBuffer(), waiting: nil))
    }

    private init(_ state: State) {
        self.state = Mutex(state)
    }

    /// Nothing is kept of a body once it is too large.
    func append(_ bytes: ByteBuffer) {
        let isTooLarge = state.withLock { state in
            guard case .coming(var sofar, let waiting) = state else { return false }
            guard sofar.readableBytes + bytes.readableBytes <= Self.maximumSize else { return true }
            state = .coming(ByteBuffer(), waiting: waiting)  // so that what is appended to isn't copied
            if sofar.readableBytes == 0 { sofar = bytes } else { sofar.writeImmutableBuffer(bytes) }
            state = .coming(sofar, waiting: waiting)
            return false
        }
        if isTooLarge { fail(.tooLarge) }
    }

    /// What has come is the whole.
    func finish() {
        end { .success($0) }
    }

    func fail(_ fault: Fault) {
        end { _ in .failure(fault) }
    }

    /// The first ending counts.
    private func end(_ outcome: (ByteBuffer) -> Result<ByteBuffer, Fault>) {
        let ended: (CheckedContinuation<Result<ByteBuffer, Fault>, Never>, Result<ByteBuffer, Fault>)? =
            state.withLock { state in
                guard case .coming(let sofar, let waiting) = state else { return nil }
                let result = outcome(sofar)
                state = .ended(result, keptWaiting: waiting != nil)
                return waiting.map { ($0, result) }
            }
        if let (waiting, result) = ended { waiting.resume(returning: result) }
    }

    /// The whole body, as soon as it is there.
    func whole() async throws(Fault) -> ByteBuffer {
        try await ending().get()
    }

    /// What it came to, once nothing more of it comes. To be asked by one at a time.
    func ending() async -> Result<ByteBuffer, Fault> {
        if let outcome { return outcome }
        return await withCheckedContinuation { continuation in
            let outcome: Result<ByteBuffer, Fault>? = state.withLock { state in
                guard case .coming(let sofar, nil) = state else {
                    if case .ended(let outcome, _) = state { return outcome }
                    return .failure(.cutShort)
                }
                state = .coming(sofar, waiting: continuation)
                return nil
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }

    /// Whether somebody had to wait for it: what was known of the world before may be out of date.
    var keptWaiting: Bool {
        state.withLock { if case .ended(_, let keptWaiting) = $0 { keptWaiting } else { false } }
    }

    private var outcome: Result<ByteBuffer, Fault>? {
        state.withLock { if case .ended(let outcome, _) = $0 { outcome } else { nil } }
    }
}
