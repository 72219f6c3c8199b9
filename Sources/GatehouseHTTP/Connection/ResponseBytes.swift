import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Writes a response whose length is known into one buffer, and that to the socket past SwiftNIO's own encoder: head, body and end would
/// go through each handler as messages of their own, their fields copied into another type on the way, and be three writes.
///
/// Both write the same bytes (RFC 9112), which a test compares. Whatever is out of the ordinary is left to the encoder: an
/// informational response, one without a length.
final class ResponseBytes: ChannelOutboundHandler, RemovableChannelHandler {
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// A body up to this size has room in its head's buffer from the start.
    private static let usualBody = 16 * 1024

    /// That of the encoder: what is written there comes to the handlers between it and the socket.
    private var encoder: ChannelHandlerContext?
    /// What is not written yet of a response of ours; nil between responses, and while the encoder writes one.
    private var bytes: ByteBuffer?

    func handlerAdded(context: ChannelHandlerContext) {
        // It was added with the channel's other handlers; were it not there, nothing would be written past it.
        encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        encoder = nil
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            guard encoder != nil, promise == nil, let length = Self.bodyLength(of: head) else { break }
            bytes = Self.encoded(head, allocator: context.channel.allocator, roomFor: min(length, Self.usualBody))
            return
        case .body(var body):
            guard bytes != nil else { break }
            bytes?.writeBuffer(&body)
            if let promise { writeOut(promise) }
            return
        case .end:
            guard bytes != nil else { break }
            writeOut(promise)
            bytes = nil
            return
        }
        context.write(data, promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        if let bytes, bytes.readableBytes > 0 { writeOut(nil) }
        context.flush()
    }

    private func writeOut(_ promise: EventLoopPromise<Void>?) {
        guard let encoder, let written = bytes else { return }
        bytes = ByteBuffer()
        encoder.write(NIOAny(written), promise: promise)
    }

    /// Nil for a response that is left to the encoder.
    private static func bodyLength(of head: HTTPResponse) -> Int? {
        guard head.status.kind != .informational else { return nil }
        guard mayHaveBody(head.status) else { return 0 }
        guard !head.headerFields.contains(.transferEncoding) else { return nil }
        return SingleField(.contentLength, in: head.headerFields).value.flatMap(Int.init)
    }

    /// RFC 9112, section 6.3: after these nothing follows, and nothing says how much.
    private static func mayHaveBody(_ status: HTTPResponse.Status) -> Bool {
        status != .noContent && status != .notModified
    }

    private static func isFraming(_ name: HTTPField.Name) -> Bool {
        name == .contentLength || name == .transferEncoding
    }

    private static func encoded(_ head: HTTPResponse, allocator: ByteBufferAllocator, roomFor body: Int) -> ByteBuffer {
        let status = HTTPResponseStatus(statusCode: head.status.code, reasonPhrase: head.status.reasonPhrase)
        let hasBody = mayHaveBody(head.status)
        var length = 32 + status.reasonPhrase.utf8.count
        for field in head.headerFields { length += field.name.rawName.utf8.count + field.value.utf8.count + 4 }
        var bytes = allocator.buffer(capacity: length + body)
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { memory in
            var text = ByteWriter(memory: memory)
            text.append("HTTP/1.1 ")
            text.append(String(status.code))
            text.append(" ")
            text.append(status.reasonPhrase)
            text.append("\r\n")
            for field in head.headerFields where hasBody || !isFraming(field.name) {
                text.append(field.name.rawName)
                text.append(": ")
                text.append(field.value)
                text.append("\r\n")
            }
            text.append("\r\n")
            return text.count
        }
        return bytes
    }
}

/// Copies texts one after the other into memory that has room for them.
private struct ByteWriter {
    let memory: UnsafeMutableRawBufferPointer
    var count = 0

    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: UnsafeRawBufferPointer(utf8))
            count += utf8.count
        }
    }
}
