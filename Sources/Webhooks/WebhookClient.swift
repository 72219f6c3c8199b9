import AsyncHTTPClient
import NIOSSL

/// Posts webhooks over HTTP, each on a connection of its own.
///
/// Unless that is allowed, none goes to this machine or a private network, whatever the URL says: the host is looked up here, once,
/// all its addresses are judged, and the connection is made to one that was judged. Redirects are not followed, no proxy is
/// used, and of the answer only the status counts.
public final class WebhookClient: WebhookTransport {
    struct Patience {
        var lookUp = Duration.seconds(5)
        /// For one address, with TLS.
        var connect = Duration.seconds(5)
        /// For all of it.
        var attempt = Duration.seconds(15)
    }

    private let resolver: any NameResolver
    private let isPublic: @Sendable (InternetAddress) -> Bool
    private let carrier: WebhookCarrier
    private let patience: Patience

    /// Of a host that has several addresses, how many are tried.
    private static let addresses = 3

    public convenience init() { self.init(resolver: SystemResolver()) }

    init(
        resolver: any NameResolver, isPublic: @escaping @Sendable (InternetAddress) -> Bool = \.isPublic,
        trustRoots: NIOSSLTrustRoots = .default, patience: Patience = Patience()
    ) {
        self.resolver = resolver
        self.isPublic = isPublic
        self.patience = patience
        carrier = WebhookCarrier(trustRoots: trustRoots, connectTimeout: patience.connect)
    }

    /// Returns when all connections are closed. To be called after the last message.
    public func shutdown() async { await carrier.shutdown() }

    public func post(
        _ message: WebhookMessage, to url: WebhookURL, secrets: [WebhookSecret], allowingPrivate: Bool
    ) async throws(WebhookFault) {
        let fault = await cancelling(after: patience.attempt) { [self] in
            await attempt(message, to: url, secrets: secrets, allowingPrivate: allowingPrivate)
        }
        guard let fault else { return }
        throw fault == .cancelled && !Task.isCancelled ? .timeout : fault
    }

    /// Nil when the message was taken.
    private func attempt(
        _ message: WebhookMessage, to url: WebhookURL, secrets: [WebhookSecret], allowingPrivate: Bool
    ) async -> WebhookFault? {
        if url.namesPrivateTarget && !allowingPrivate { return .forbiddenTarget }
        let answer = await cancelling(after: patience.lookUp) { [resolver] in
            await resolver.addresses(of: url.host)
        }
        if Task.isCancelled { return .cancelled }
        guard let addresses = answer else { return .overloaded }
        if addresses.isEmpty { return .name }
        // One of them is enough to refuse: a host of the public internet has none.
        guard allowingPrivate || addresses.allSatisfy(isPublic) else { return .forbiddenTarget }
        let request = WebhookCarrier.request(message, to: url, signature: message.signature(by: secrets))
        for address in addresses.byTurnsOfFamily.prefix(Self.addresses) {
            let fault = await carrier.carry(request, for: url, to: address)
            guard fault == .connect else { return fault }
        }
        return .connect
    }
}
