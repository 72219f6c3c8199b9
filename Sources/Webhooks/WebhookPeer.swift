import NIOCore
import NIOSSL

/// Whom a connection has to have led to before anything is sent over it.
struct WebhookPeer: Sendable {
    let url: WebhookURL
    let address: InternetAddress

    /// To be called on the channel's event loop, after the handshake.
    func check(_ channel: any Channel) throws(WebhookFault) {
        // The client looks a host up by itself when it doesn't find its address among those it was given. It does find it; if ever
        // it didn't, nobody would have judged where that leads.
        let expected = try? SocketAddress(ipAddress: address.description, port: 0)
        guard let actual = channel.remoteAddress?.ipAddress, actual == expected?.ipAddress else {
            throw .forbiddenTarget
        }
        // TLS has verified the certificate, but is content with one for the address, which whoever forges an answer of DNS may have.
        guard url.isSecure, InternetAddress(literal: url.host) == nil else { return }
        guard let certificate = try? channel.pipeline.syncOperations.nioSSL_peerCertificate(),
            Self.isIssued(certificate, to: url.host)
        else { throw .tls }
    }

    private static func isIssued(_ certificate: NIOSSLCertificate, to host: String) -> Bool {
        let wildcard = "*" + host.drop { $0 != "." }
        return certificate._subjectAlternativeNames().contains { name in
            guard name.nameType == .dnsName else { return false }
            let text = String(decoding: name.contents, as: UTF8.self).lowercased()
            return text == host || text == wildcard
        }
    }
}
