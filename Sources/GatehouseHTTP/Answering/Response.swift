import Gatehouse
import HTTPTypes
import NIOCore

/// What is sent for an answer: with the header fields that the contract has on every response, as bytes.
struct Response: Sendable {
    let status: HTTPResponse.Status
    /// The endpoint's own fields, and those of CORS.
    let fields: HTTPFields
    let requestID: String
    let cacheControl: String
    let contentSecurityPolicy: String
    let isHTTPS: Bool
    /// Nil where there is no body, and nothing is said of one.
    let content: (type: String, bytes: [UInt8])?
    /// To HEAD: of the body only its length is said.
    let isHeadOnly: Bool
    let endsConnection: Bool
    /// Where the caller takes part in a trace.
    var traceParent: String?

    private static let usualHead = 640

    /// Hardly any answer is a page: nothing in it is run, framed, embedded elsewhere, or named to others. Pages that are
    /// allowed to read it still do, by CORS.
    private static let forBrowsers: StaticString = """
        X-Content-Type-Options: nosniff\r
        Cross-Origin-Resource-Policy: same-origin\r
        Referrer-Policy: no-referrer\r

        """
    private static let httpsOnly: StaticString = "Strict-Transport-Security: max-age=31536000\r\n"

    /// The response as HTTP/1.1 has it (RFC 9112), in one buffer.
    ///
    /// - Parameter isLast: Whether the connection ends with it.
    func bytes(date: String, isLast: Bool, allocator: ByteBufferAllocator) -> ByteBuffer {
        let body = content?.bytes ?? []
        var buffer = allocator.buffer(capacity: Self.usualHead + (isHeadOnly ? 0 : body.count))
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString(String(status.code))
        buffer.writeStaticString(" ")
        buffer.writeString(status.reasonPhrase)
        buffer.writeStaticString("\r\n")
        for field in fields { buffer.writeField(field.name.rawName, field.value) }
        buffer.writeField("X-Request-Id", requestID)
        buffer.writeField("Cache-Control", cacheControl)
        buffer.writeField("Content-Security-Policy", contentSecurityPolicy)
        buffer.writeStaticString(Self.forBrowsers)
        if isHTTPS { buffer.writeStaticString(Self.httpsOnly) }
        if let content { buffer.writeField("Content-Type", content.type) }
        // RFC 9112, section 6.3: after these nothing follows, and nothing says how much.
        if status != .noContent, status != .notModified { buffer.writeField("Content-Length", String(body.count)) }
        if let traceParent { buffer.writeField("traceparent", traceParent) }
        buffer.writeField("Date", date)
        if isLast { buffer.writeStaticString("Connection: close\r\n") }
        buffer.writeStaticString("\r\n")
        if !isHeadOnly { buffer.writeBytes(body) }
        return buffer
    }
}

extension ByteBuffer {
    fileprivate mutating func writeField(_ name: String, _ value: String) {
        writeString(name)
        writeStaticString(": ")
        writeString(value)
        writeStaticString("\r\n")
    }
}
