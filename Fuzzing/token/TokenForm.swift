import Foundation

@testable import Gatehouse

/// Writes the parts of a token again, with Foundation's Base64: a token has one spelling only.
func checkForm(of jws: CompactJWS, spelled token: String) {
    expect(token.utf8.count <= CompactJWS.maximumLength, "No longer token is looked at")
    let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { Array($0) }
    expect(parts.count == 3, "A token has three parts")
    expect(parts[1] == base64URL(jws.payload), "A payload has one spelling")
    expect(parts[2] == base64URL(jws.signature), "A signature has one spelling")
    let header = Base64URL.decode(parts[0][...]) ?? []
    expect(parts[0] == base64URL(header), "A header has one spelling")
    expect(
        jws.signingInput.elementsEqual(token.utf8.dropLast(parts[2].count + 1)), "The signature covers all before it")

    let members = (try? JSONSerialization.jsonObject(with: Data(header))) as? [String: Any]
    expect(members?.count == 3, "A header has three members")
    expect(members?["alg"] as? String == jws.algorithm.rawValue, "The algorithm is the header's")
    expect(members?["kid"] as? String == jws.kid, "The key is the header's")
    expect(isText(members?["typ"], jws.type), "The type is the header's")
}

/// Foundation drops U+FEFF from strings.
private func isText(_ foundation: Any?, _ ours: String) -> Bool {
    guard let text = foundation as? String else { return false }
    return text == ours || ours.unicodeScalars.contains("\u{FEFF}")
}

private func base64URL(_ bytes: [UInt8]) -> [UInt8] {
    Data(bytes).base64EncodedString().utf8.compactMap { character in
        switch character {
        case UInt8(ascii: "+"): UInt8(ascii: "-")
        case UInt8(ascii: "/"): UInt8(ascii: "_")
        case UInt8(ascii: "="): nil
        default: character
        }
    }
}
