import HTTPTypes

@testable import GatehouseHTTP

/// Compares what is read of a cookie with a search through the bytes.
func checkCookie(_ name: String, in headers: HTTPFields) {
    let found = headers.bytes(.cookie).flatMap { line in
        line.split(separator: UInt8(ascii: ";")).map(\.trimmed).filter { $0.starts(with: Array("\(name)=".utf8)) }
    }
    do throws(RequestFault) {
        let value = try Cookies.value(of: name, in: headers).map { Array($0.utf8) }
        expect(found.count <= 1, "A cookie that is sent twice is refused")
        expect((value == nil) == found.isEmpty, "A cookie is found when it is there")
        guard let value, let pair = found.first else { return }
        let written = Array(pair.dropFirst(name.utf8.count + 1))
        let quote = UInt8(ascii: "\"")
        expect(
            value == written || written == [quote] + value + [quote],
            "A value is taken byte by byte, or from between quotation marks")
        let isQuoted = written.count >= 2 && written.first == quote && written.last == quote
        expect((value.count == written.count) != isQuoted, "A pair of quotation marks is no part of a value")
    } catch {
        expect(found.count > 1, "Only a cookie that is sent twice is refused")
    }
}
