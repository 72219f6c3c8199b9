import Foundation
import Testing

@testable import Gatehouse

@Suite struct CompactJWSTests {
    static func token(header: String, payload: String = "{}", signature: String = "AAAA") -> String {
        Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8)) + "." + signature
    }

    static let goodHeader = #"{"alg":"ES256","kid":"k","typ":"at+jwt"}"#

    @Test(
        "A token is taken apart, whatever the order and spacing of its header",
        arguments: [("ES256", SigningAlgorithm.es256), ("EdDSA", .edDSA), ("HS256", .hs256)])
    func algorithms(name: String, algorithm: SigningAlgorithm) throws {
        let header = #"{ "typ":"anything", "kid":"A~!{}", "alg":"\#(name)" }"#
        let jws = try CompactJWS.parse(Self.token(header: header, payload: "not JSON"))
        #expect(jws.algorithm == algorithm)
        #expect(jws.kid == "A~!{}")
        #expect(jws.type == "anything")
        #expect(jws.payload == Array("not JSON".utf8))
    }

    @Test(
        "What is not three parts of canonical base64url round a JSON object is malformed",
        arguments: [
            "", ".", "..", "...", "a", "e30.e30", "e30.e30.", "e30..AAAA", ".e30.AAAA", "e30.e30.AAAA.AAAA",
            "e30.e30.AAAA.AAAA.AAAA", " e30.e30.AAAA", "e30.e30.AAAA\n", "e30=.e30.AAAA", "e30.e30.AA==",
            "e31.e30.AAAA",
            "e30.e30.AB", "e30.e30.AA+A", "e30.e30.AA/A", "e30.e30.é", "e30.e\u{0}0.AAAA", "Bearer e30.e30.AAAA",
            token(header: ""), token(header: "[]"), token(header: "null"), token(header: "{"),
            token(header: goodHeader + " x"),
            token(header: #"{"alg":"ES256","alg":"ES256","kid":"k","typ":"at+jwt"}"#),
            token(header: #"{"alg":"ES256","kid":"\u0000","typ":"at+jwt"}"#), token(header: "\u{FEFF}" + goodHeader),
        ])
    func malformed(token: String) {
        #expect(throws: TokenFault.malformed) { try CompactJWS.parse(token) }
    }

    @Test(
        "Any header but alg, kid and typ with one of our algorithms is refused",
        arguments: [
            "{}", #"{"alg":"ES256"}"#, #"{"alg":"ES256","kid":"k"}"#, #"{"alg":"ES256","typ":"at+jwt"}"#,
            #"{"kid":"k","typ":"at+jwt"}"#, #"{"alg":"none","kid":"k","typ":"at+jwt"}"#,
            #"{"alg":"None","kid":"k","typ":"at+jwt"}"#,
            #"{"alg":"","kid":"k","typ":"at+jwt"}"#, #"{"alg":"es256","kid":"k","typ":"at+jwt"}"#,
            #"{"alg":"RS256","kid":"k","typ":"at+jwt"}"#, #"{"alg":"ES384","kid":"k","typ":"at+jwt"}"#,
            #"{"alg":"Ed25519","kid":"k","typ":"at+jwt"}"#, #"{"alg":"HS256 ","kid":"k","typ":"at+jwt"}"#,
            #"{"alg":null,"kid":"k","typ":"at+jwt"}"#, #"{"alg":["ES256"],"kid":"k","typ":"at+jwt"}"#,
            #"{"alg":"ES256","kid":1,"typ":"at+jwt"}"#, #"{"alg":"ES256","kid":"","typ":"at+jwt"}"#,
            #"{"alg":"ES256","kid":"a b","typ":"at+jwt"}"#, #"{"alg":"ES256","kid":"é","typ":"at+jwt"}"#,
            #"{"alg":"ES256","kid":"\u007f","typ":"at+jwt"}"#, #"{"alg":"ES256","kid":"k","typ":null}"#,
            #"{"alg":"ES256","kid":"k","typ":"at+jwt","jku":"https://evil.example"}"#,
            #"{"alg":"ES256","kid":"k","typ":"at+jwt","jwk":{}}"#,
            #"{"alg":"ES256","kid":"k","typ":"at+jwt","x5c":[]}"#,
            #"{"alg":"ES256","kid":"k","typ":"at+jwt","crit":["exp"]}"#,
            #"{"alg":"ES256","kid":"k","typ":"at+jwt","b64":false}"#,
            #"{"alg":"ES256","kid":"k","typ":"at+jwt","cty":"JWT"}"#, #"{"alg":"ES256","KID":"k","typ":"at+jwt"}"#,
            #"{"alg":"ES256","kid":"\#(String(repeating: "k", count: 129))","typ":"at+jwt"}"#,
        ])
    func unsupportedHeader(header: String) {
        #expect(throws: TokenFault.unsupportedHeader) { try CompactJWS.parse(Self.token(header: header)) }
    }

    @Test("A broken part comes before an unsupported header")
    func precedence() {
        #expect(throws: TokenFault.malformed) { try CompactJWS.parse(Self.token(header: "{}", signature: "A")) }
    }

    @Test("A token of 8 KiB is looked at, a longer one is not")
    func length() throws {
        let header = Base64URL.encode(Array(Self.goodHeader.utf8)) + "."
        let room = CompactJWS.maximumLength - header.utf8.count - ".AAAA".utf8.count
        let payload = String(repeating: "A", count: room)
        #expect(room % 4 != 1)
        _ = try CompactJWS.parse(header + payload + ".AAAA")
        #expect(throws: TokenFault.malformed) { try CompactJWS.parse(header + payload + ".AAAAAA") }
    }

    @Test(
        "A signed token names its key and verifies under it", arguments: SigningAlgorithm.allCases, TokenType.allCases)
    func signed(algorithm: SigningAlgorithm, type: TokenType) throws {
        let key = KeyMaterial.generate(algorithm)
        let payload = Array("{\"a\":\"é\"}".utf8)
        let jws = try CompactJWS.parse(CompactJWS.sign(payload: payload, type: type, key: key))
        #expect(jws.algorithm == algorithm)
        #expect(jws.kid == key.kid)
        #expect(jws.type == type.rawValue)
        #expect(jws.payload == payload)
        let ring = KeyRing(keys: [.init(kid: key.kid, state: .current, material: key)])
        try ring.verify(jws, expecting: type, at: Date(timeIntervalSince1970: 0))
    }

    @Test(
        "A token says the same of itself, whoever has probably signed it", arguments: SigningAlgorithm.allCases,
        TokenType.allCases)
    func probableKeys(algorithm: SigningAlgorithm, type: TokenType) throws {
        let keys = [KeyMaterial.generate(algorithm), KeyMaterial.generate(algorithm)]
        let ring = KeyRing(keys: keys.map { .init(kid: $0.kid, state: .current, material: $0) })
        for key in keys + [KeyMaterial.generate(algorithm)] {
            let token = try CompactJWS.sign(payload: Array("{}".utf8), type: type, key: key)
            let read = try CompactJWS.parse(token)
            for expected in TokenType.allCases {
                let known = try CompactJWS.parse(token, probablyBy: ring, as: expected)
                #expect(known.algorithm == read.algorithm)
                #expect(known.kid == read.kid)
                #expect(known.type == read.type)
                #expect(known.payload == read.payload)
                #expect(known.signature == read.signature)
                #expect(known.signingInput == read.signingInput)
            }
        }
        let own = try CompactJWS.sign(payload: Array("{}".utf8), type: type, key: keys[0])
        for broken in ["", own + "=", own.replacing(".", with: ".."), "e\(own)", own + ".", ".\(own)"] {
            #expect(throws: TokenFault.malformed) { try CompactJWS.parse(broken) }
            #expect(throws: TokenFault.malformed) { try CompactJWS.parse(broken, probablyBy: ring, as: type) }
        }
    }

    @Test("A kid that JSON must escape survives in the header")
    func escapedKid() throws {
        let key = try KeyMaterial(
            algorithm: .hs256, secret: SigningSecret(copying: [UInt8](repeating: 1, count: 32)), kid: #"a"\b"#)
        let token = try CompactJWS.sign(payload: [0x7B, 0x7D], type: .refreshToken, key: key)
        #expect(try CompactJWS.parse(token).kid == #"a"\b"#)
    }

    @Test("An HS256 token of the same payload is the same token")
    func deterministic() throws {
        let key = KeyMaterial.generate(.hs256)
        let payload = Array("{}".utf8)
        #expect(
            try CompactJWS.sign(payload: payload, type: .refreshToken, key: key)
                == CompactJWS.sign(payload: payload, type: .refreshToken, key: key))
    }
}
