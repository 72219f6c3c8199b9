import Gatehouse

/// The reader of tokens. The first byte of the input says what the rest of it is; all keys are known to this target only.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzToken(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard let kind = input.first else { return 0 }
    let rest = Array(input.dropFirst())
    switch kind {
    case UInt8(ascii: "p"): checkSignedPayload(rest)
    case UInt8(ascii: "h"): checkSignedHeader(rest)
    case UInt8(ascii: "e"): checkEdits(rest)
    default: checkToken(String(decoding: rest, as: UTF8.self))
    }
    return 0
}

/// Any text as a token: what is taken for one is spelled in the one way there is, and none is believed that wasn't made here.
private func checkToken(_ token: String) {
    let jws: CompactJWS
    do throws(TokenFault) {
        jws = try CompactJWS.parse(token)
    } catch {
        return expect([.malformed, .unsupportedHeader].contains(error), "Form and header are all that is judged")
    }
    checkForm(of: jws, spelled: token)
    for type in TokenType.allCases where TestKeys.verifies(jws, as: type) {
        expect(
            TestKeys.hasSecretSignature(token) || KnownTokens.all.contains { $0.utf8.elementsEqual(token.utf8) },
            "No token is believed but those that were signed")
    }
}

/// A token with any payload and a good signature: it is believed, and its claims are read exactly or not at all.
private func checkSignedPayload(_ payload: [UInt8]) {
    let type = TokenType.allCases[payload.count % TokenType.allCases.count]
    guard let token = try? CompactJWS.sign(payload: payload, type: type, key: TestKeys.secret),
        let jws = try? CompactJWS.parse(token)
    else {
        return expect(payload.isEmpty || payload.count > 5000, "What is signed can be read")
    }
    checkForm(of: jws, spelled: token)
    expect(jws.payload == payload, "The payload comes back as it was signed")
    expect(
        TokenType.allCases.filter { TestKeys.verifies(jws, as: $0) } == [type],
        "A signed token is believed as what it is, and as nothing else")
    checkClaims(in: payload)
}

/// A token with any header and payload, up to and after the first line break, and a good signature.
private func checkSignedHeader(_ text: [UInt8]) {
    let end = text.firstIndex(of: UInt8(ascii: "\n")) ?? text.endIndex
    let token = TestKeys.signed(header: text[..<end], payload: text[end...])
    guard let jws = try? CompactJWS.parse(token) else { return }
    checkForm(of: jws, spelled: token)
    let header = try? JSON.parse(Array(text[..<end]))
    for type in TokenType.allCases {
        let expected: JSON = ["alg": "HS256", "kid": .string(TestKeys.secret.kid), "typ": .string(type.rawValue)]
        expect(
            TestKeys.verifies(jws, as: type) == (header == expected),
            "A signature counts with exactly the header that belongs to it")
    }
}

/// Changes to a token that is good, three bytes each: where (two of them), and which byte comes there.
private func checkEdits(_ edits: [UInt8]) {
    guard let choice = edits.first else { return }
    let original = KnownTokens.all[Int(choice) % KnownTokens.all.count]
    var token = Array(original.utf8)
    for start in stride(from: 1, through: edits.count - 3, by: 3) {
        token[(Int(edits[start]) << 8 | Int(edits[start + 1])) % token.count] = edits[start + 2]
    }
    let edited = String(decoding: token, as: UTF8.self)
    let jws = try? CompactJWS.parse(edited)
    if let jws { checkForm(of: jws, spelled: edited) }
    let isBelieved = TokenType.allCases.contains { type in jws.map { TestKeys.verifies($0, as: type) } ?? false }
    expect(
        isBelieved == edited.utf8.elementsEqual(original.utf8), "A token is believed until one byte of it is changed")
}
