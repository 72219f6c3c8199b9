import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// Makes requests to hosts whose address is known.
struct WebhookCarrier: Sendable {
    private let trustRoots: NIOSSLTrustRoots
    private let connectTimeout: TimeAmount
    private let closing = ClosingClients()

    /// What is read of an answer before its connection is closed.
    private static let answerLimit = 64 * 1024

    init(trustRoots: NIOSSLTrustRoots, connectTimeout: Duration) {
        self.trustRoots = trustRoots
        self.connectTimeout = TimeAmount(connectTimeout)
    }

    func shutdown() async { await closing.end() }

    static func request(_ message: WebhookMessage, to url: WebhookURL, signature: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url.text)
        request.method = .POST
        request.headers = [
            "Content-Type": "application/json",
            "User-Agent": "Gatehouse",
            "Connection": "close",
            "webhook-id": message.id,
            "webhook-timestamp": String(message.seconds),
            "webhook-signature": signature,
        ]
        request.body = .bytes(ByteBuffer(bytes: message.body))
        return request
    }

    /// Nil when the answer is 2xx. `connect` when nothing was sent, and another address may do.
    func carry(_ request: HTTPClientRequest, for url: WebhookURL, to address: InternetAddress) async -> WebhookFault? {
        let client = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: configuration(for: url, to: address))
        let fault: WebhookFault?
        do {
            // Whoever calls cancels this in time.
            let response = try await client.execute(request, deadline: .distantFuture)
            await Self.readAndForget(response.body)
            let status = Int(response.status.code)
            fault = (200..<300).contains(status) ? nil : .status(status)
        } catch {
            fault = Task.isCancelled ? .cancelled : WebhookFault(error)
        }
        await closing.take(client)
        return fault
    }

    /// So that the receiver isn't cut off while it answers. How that ends doesn't matter: the status is known.
    private static func readAndForget(_ body: HTTPClientResponse.Body) async {
        var count = 0
        do {
            for try await part in body {
                count += part.readableBytes
                if count >= answerLimit { return }
            }
        } catch {}
    }

    static func tls(trusting roots: NIOSSLTrustRoots) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = roots
        tls.minimumTLSVersion = .tlsv12
        // For the receiver to end its side as well. A connection that is over costs memory for so long.
        tls.shutdownTimeout = .seconds(1)
        return tls
    }

    /// A client's own, since it is the client that holds the address of a host.
    private func configuration(for url: WebhookURL, to address: InternetAddress) -> HTTPClient.Configuration {
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: Self.tls(trusting: trustRoots), redirectConfiguration: .disallow,
            timeout: .init(connect: connectTimeout))
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        // Receivers are others, whom our traces don't concern.
        configuration.tracing.tracer = nil
        configuration.dnsOverride = [url.host: address.description]
        let peer = WebhookPeer(url: url, address: address)
        configuration.http1_1ConnectionDebugInitializer = { channel in
            do throws(WebhookFault) {
                try peer.check(channel)
                return channel.eventLoop.makeSucceededVoidFuture()
            } catch {
                // Not at once: the client may not lose a connection before it has heard what became of it.
                channel.eventLoop.execute { channel.close(promise: nil) }
                return channel.eventLoop.makeFailedFuture(error)
            }
        }
        return configuration
    }
}
