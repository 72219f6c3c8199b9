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
    private static let forBrowsers: StaticString =
        "\r\nX-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\nReferrer-Policy: no-referrer"

    /// The response as HTTP/1.1 has it (RFC 9112), in one buffer.
    ///
    /// - Parameter isLast: Whether the connection ends with it.
    func bytes(date: String, isLast: Bool, allocator: ByteBufferAllocator) -> ByteBuffer {
        // RFC 9112, section 6.3: after these nothing follows, and nothing says how much.
        let mayHaveBody = status != .noContent && status != .notModified
        let body = mayHaveBody ? content?.bytes ?? [] : []
        var buffer = allocator.buffer(capacity: Self.usualHead + (isHeadOnly ? 0 : body.count))
        buffer.writeStaticString("HTTP/1.1 ")
        buffer.writeString(String(status.code))
        buffer.write(" ", status.reasonPhrase)
        for field in fields { buffer.writeField(field) }
        buffer.write("\r\nX-Request-Id: ", requestID)
        buffer.write("\r\nCache-Control: ", cacheControl)
        buffer.write("\r\nContent-Security-Policy: ", contentSecurityPolicy)
        buffer.writeStaticString(Self.forBrowsers)
        if isHTTPS { buffer.writeStaticString("\r\nStrict-Transport-Security: max-age=31536000") }
        if let content { buffer.write("\r\nContent-Type: ", content.type) }
        if mayHaveBody { buffer.write("\r\nContent-Length: ", String(body.count)) }
        if let traceParent { buffer.write("\r\ntraceparent: ", traceParent) }
        buffer.write("\r\nDate: ", date)
        if isLast { buffer.writeStaticString("\r\nConnection: close") }
        buffer.writeStaticString("\r\n\r\n")
        if !isHeadOnly { buffer.writeBytes(body) }
        return buffer
    }
}

extension ByteBuffer {
    /// Each write looks for room by itself: so what is always the same before a value is one with the end of the line before.
    fileprivate mutating func write(_ name: StaticString, _ value: String) {
        writeStaticString(name)
        writeString(value)
    }

    fileprivate mutating func writeField(_ field: HTTPField) {
        writeStaticString("\r\n")
        writeString(field.name.rawName)
        write(": ", field.value)
    }
}
