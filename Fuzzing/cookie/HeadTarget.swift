import HTTPTypes

@testable import GatehouseHTTP

/// The readers of header fields: cookies, and the other fields that a request is judged by.
///
/// The input is a head, `name: value` on every line; a line without a colon is a cookie field's value. Values reach the
/// readers as the server's HTTP types hold them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHead(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let headers = head(Array(UnsafeBufferPointer(start: start, count: count)))
    for name in ["__Host-shop-access", "__Secure-shop-refresh", "n"] { checkCookie(name, in: headers) }
    checkAuthorization(in: headers)
    checkMediaType(in: headers)
    checkRequestID(in: headers)
    checkAddresses(in: headers)
    return 0
}

private func head(_ bytes: [UInt8]) -> HTTPFields {
    var headers = HTTPFields()
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        let name = HTTPField.Name(String(decoding: line[..<colon], as: UTF8.self))
        if colon < line.endIndex, let name {
            headers.append(HTTPField(name: name, value: String(decoding: line[(colon + 1)...], as: UTF8.self)))
        } else {
            headers.append(HTTPField(name: .cookie, value: String(decoding: line, as: UTF8.self)))
        }
    }
    return headers
}

extension HTTPFields {
    /// The bytes of every field of this name.
    func bytes(_ name: HTTPField.Name) -> [[UInt8]] {
        self[values: name].map { Array($0.utf8) }
    }
}

extension Sequence<UInt8> {
    /// Without spaces and tabs at both ends.
    var trimmed: [UInt8] {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        return Array(drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    }

    var lowercased: [UInt8] { map { 0x41...0x5A ~= $0 ? $0 + 0x20 : $0 } }
}
