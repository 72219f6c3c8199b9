import HTTPTypes
import NIOHTTP1
import NIOHTTPTypesHTTP1

/// A request as its connection reads it: the head is there, the body may still be coming. A class, because every function on the way
/// of a request holds it.
final class Request: Sendable {
    let head: HTTPRequest
    let body: IncomingBody
    /// Whoever has connected, a client or a proxy: known also when they are gone.
    let peer: IPAddress

    init(head: HTTPRequest, body: IncomingBody, peer: IPAddress) {
        self.head = head
        self.body = body
        self.peer = peer
    }

    var method: HTTPRequest.Method { head.method }
    var headers: HTTPFields { head.headerFields }
}

extension HTTPRequest {
    /// Throws `HTTP1TypeConversionError` for a method that is no token, and `DoubtfulHost`.
    init(_ head: HTTPRequestHead) throws {
        guard head.uri.utf8.first == UInt8(ascii: "/") else {
            // In absolute form (RFC 9112, section 3.2.2), or no path at all.
            let hosts = head.headers[RequestFieldName.host.canonicalName]
            try DoubtfulHost.check(hosts.count, hosts.last, head.version)
            try self.init(head, secure: false, splitCookie: false)
            return
        }
        // The same, without parsing as a URL what is a path already, and without putting usual names together anew.
        var (hosts, authority) = (0, String?.none)
        var fields: [HTTPField] = []
        fields.reserveCapacity(head.headers.count)
        for (name, value) in head.headers {
            guard let name = RequestFieldName.named(name) else { continue }
            if name == RequestFieldName.host {
                hosts += 1
                authority = value
            } else {
                fields.append(HTTPField(name: name, value: value))
            }
        }
        try DoubtfulHost.check(hosts, authority, head.version)
        self.init(method: try Method(head.method), scheme: "http", authority: authority, path: head.uri)
        headerFields.append(contentsOf: fields)
    }

    /// Whether the client waits for a word before it sends its body (RFC 9110, section 10.1.1). There is none for a body
    /// that is too large; that one is refused.
    var awaitsContinue: Bool {
        guard headerFields.text(of: .expect)?.equalsASCIICaseInsensitively("100-continue") == true else { return false }
        guard let length = headerFields.text(of: .contentLength) else {
            return headerFields.contains(.transferEncoding)
        }
        return Int(length).map { (1...IncomingBody.maximumSize).contains($0) } ?? false
    }

    /// Whether the body comes as it is, or in chunks. The decoder sees to it that `chunked` is the last coding; what is below another one
    /// would be taken for the body (RFC 9112, section 6.1).
    var hasKnownTransferCoding: Bool {
        headerFields.text(of: .transferEncoding)?.equalsASCIICaseInsensitively("chunked") ?? true
    }

    /// Whether the decoder reads no further request after this one. We switch to nothing, so the client gets its answer,
    /// and needs a new connection for the next.
    var asksToSwitchProtocol: Bool {
        method == .connect || headerFields.contains(.upgrade)
    }
}

/// A request says twice to which host it goes, or what is no host, or in HTTP/1.1 nothing: whoever passed it on may have read another
/// than we would (RFC 9112, section 3.2).
struct DoubtfulHost: Error {
    fileprivate static func check(_ hosts: Int, _ host: String?, _ version: HTTPVersion) throws(DoubtfulHost) {
        guard hosts == 1 || (hosts == 0 && version != .http1_1) else { throw DoubtfulHost() }
        if let host, !HostField.isValid(host) { throw DoubtfulHost() }
    }
}

/// The names of header fields that requests usually have, as clients usually spell them.
private enum RequestFieldName {
    static let host = HTTPField.Name.known("Host")

    private static let usual: [String: HTTPField.Name] = {
        let names: [HTTPField.Name] = [
            host, .accept, .acceptEncoding, .acceptLanguage, .authorization, .cacheControl, .connection, .contentLength,
            .contentType, .cookie, .forwarded, .ifNoneMatch, .origin, .referer, .secFetchSite, .traceParent,
            .traceState, .userAgent, .xForwardedFor, .xForwardedMethod, .xOriginalMethod, .xRequestID,
        ]
        let spelt = names.flatMap { [($0.rawName, $0), ($0.canonicalName, $0)] }
        return Dictionary(spelt) { first, _ in first }
    }()

    /// Nil for what is no token.
    static func named(_ name: String) -> HTTPField.Name? {
        usual[name] ?? HTTPField.Name(name)
    }
}
