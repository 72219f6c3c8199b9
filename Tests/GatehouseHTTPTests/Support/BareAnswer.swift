import NIOCore

@testable import GatehouseHTTP

extension HTTPConnection {
    /// The bare 400 as it is sent at any time: to be compared with what is `undated`.
    static var badRequest: ByteBuffer { ByteBuffer(string: String(buffer: badRequest(date: "")).undated) }
}

extension String {
    /// Heads without their `Date`.
    var undated: String {
        split(separator: "\r\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("Date: ") }
            .joined(separator: "\r\n")
    }
}
