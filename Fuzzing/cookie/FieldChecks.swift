import HTTPTypes

@testable import GatehouseHTTP

func checkAuthorization(in headers: HTTPFields) {
    let values = headers.bytes(.authorization)
    do throws(RequestFault) {
        let authorization = try Authorization(headers)
        expect(values.count <= 1, "Two Authorization fields are refused")
        let isBearer = values.first?.prefix { $0 != 0x20 && $0 != 0x09 }.lowercased == Array("bearer".utf8)
        expect((authorization == .absent) == !isBearer, "Another scheme than Bearer offers nothing")
        guard case .bearer(let token) = authorization, let value = values.first else { return }
        expect(value.dropFirst("bearer".utf8.count).trimmed == Array(token.utf8), "The token is all that follows")
        let alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/"
        let isToken68 = token.utf8.drop { alphabet.utf8.contains($0) }.allSatisfy { $0 == UInt8(ascii: "=") }
        expect(isToken68 && !token.hasPrefix("=") && !token.isEmpty, "A bearer token is a token68 of RFC 9110")
    } catch {
        expect(values.count > 1, "Only two Authorization fields are refused")
    }
}

func checkMediaType(in headers: HTTPFields) {
    guard MediaType.json.isDeclared(in: headers) else { return }
    let parts = (headers[.contentType] ?? "").utf8.split(
        separator: UInt8(ascii: ";"), omittingEmptySubsequences: false
    ).map(\.trimmed.lowercased)
    expect(parts.first == Array("application/json".utf8), "Only application/json is JSON")
    for part in parts.dropFirst() where part.starts(with: Array("charset=".utf8)) {
        expect(["charset=utf-8", "charset=\"utf-8\""].contains { Array($0.utf8) == part }, "JSON is UTF-8")
    }
    let encoding = headers[.contentEncoding].map { Array($0.utf8).lowercased }
    expect(encoding == nil || encoding == Array("identity".utf8), "A compressed body isn't read")
}

func checkRequestID(in headers: HTTPFields) {
    let alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._"
    let isGood = { (id: [UInt8]) in 1...64 ~= id.count && id.allSatisfy { alphabet.utf8.contains($0) } }
    let chosen = Array(RequestID.chosen(for: headers).utf8)
    expect(isGood(chosen), "A request's id is well-formed, whoever has chosen it")
    let given = headers.bytes(.xRequestID)
    if given.count == 1, isGood(given[0]) { expect(chosen == given[0], "A well-formed id is kept") }
    if let condition = headers[.ifNoneMatch], EntityTag.matches(condition, "\"a\"") {
        let names =
            condition.utf8.contains(UInt8(ascii: "*")) || condition.utf8.split { $0 != UInt8(ascii: "a") }.count > 0
        expect(names, "A tag that isn't named doesn't match")
    }
}
