import AsyncHTTPClient
import NIOCore
import NIOSSL

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

extension WebhookFault {
    /// What an error of the HTTP client means.
    init(_ error: any Error) {
        switch error {
        case let fault as WebhookFault: self = fault
        case let error as HTTPClientError:
            switch error {
            case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout: self = .connect
            default: self = .lost
            }
        case let error as IOError: self = Self.meansUnconnected(error.errnoCode) ? .connect : .lost
        case NIOSSLError.handshakeFailed, is NIOSSLExtraError: self = .tls
        default: self = .lost
        }
    }

    private static func meansUnconnected(_ code: Int32) -> Bool {
        [
            ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EACCES, EPERM, EADDRNOTAVAIL, EAFNOSUPPORT,
            EMFILE,
            ENFILE,
        ].contains(code)
    }
}
