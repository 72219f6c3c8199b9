import Gatehouse
import TestSupport
import Testing

/// Texts that tokens are hidden in.
enum ForgedForms {
    /// Arrays within each other.
    static func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    /// The letter with bits beyond the last byte, which decoders that aren't strict take for the same.
    static func withSpareBits(_ part: Substring) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        guard let last = part.last, let index = alphabet.firstIndex(of: last) else { return "" }
        return part.dropLast() + String(alphabet[index | 1])
    }
}

extension ForgedTokenTests {
    /// What is no compact serialization of a size that is looked at.
    @Suite struct Forms {
        @Test(arguments: SigningAlgorithm.allCases)
        func `A token has three parts`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            let good = try forger.token()
            let parts = good.split(separator: ".")
            let (header, payload, signature) = (parts[0], parts[1], parts[2])
            let texts = [
                "", ".", "..", "...", "\(header)", "\(header).\(payload)", "\(header).\(payload).",
                "\(header)..\(signature)", ".\(payload).\(signature)", "\(payload).\(signature)", "\(good).",
                ".\(good)", "\(good).\(signature)", "\(header).\(payload)..\(signature)", "\(good).\(good)",
                "\(header).\(payload).\(signature).\(signature).\(signature)", "\(header)~\(payload)~\(signature)",
            ]
            try await forger.expectRefused(
                texts.enumerated().map { forger.forgery("form \($0)", $1, .malformed) })
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `The JSON serializations are no tokens`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            let parts = try forger.token().split(separator: ".").map { JSON.string(String($0)) }
            let flattened: JSONObject = ["payload": parts[1], "protected": parts[0], "signature": parts[2]]
            let one: JSON = ["protected": parts[0], "signature": parts[2]]
            let none: JSON = ["header": ["alg": "none"], "signature": ""]
            let forms: [JSONObject] = [
                flattened, flattened.with("header", .object(forger.header)), flattened.with("protected", nil),
                ["payload": parts[1], "signatures": [one]], ["payload": parts[1], "signatures": [none, one]],
                ["payload": parts[1], "signatures": []],
            ]
            try await forger.expectRefused(
                forms.flatMap { form in
                    [form.text, Base64URL.encode(form.serialized())].map { (form.names.joined(separator: ", "), $0) }
                }.map { forger.forgery($0, $1, .malformed) })
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `Base64url has one form only`(algorithm: SigningAlgorithm) async throws {
            let forger = try await Forger(algorithm)
            let good = try forger.token()
            let parts = good.split(separator: ".")
            let padding = String(repeating: "=", count: (4 - parts[2].count % 4) % 4)
            let standard = parts[1].replacing("-", with: "+").replacing("_", with: "/")
            #expect(standard != parts[1])
            let input = "\(parts[0]).\(standard)"
            let signature = Base64URL.encode(try forger.key.sign(Array(input.utf8)))
            // A payload whose last letter has bits to spare, and a signature over just that letter.
            let loose = try #require(
                (1...3).lazy.map { forger.claims.with("pad", .string(String(repeating: "~", count: $0))) }
                    .map { Base64URL.encode($0.serialized())[...] }.first { $0.count % 4 != 0 })
            let spare = "\(parts[0]).\(ForgedForms.withSpareBits(loose))"
            let texts = [
                good + padding, good + "=", "\(parts[0])=.\(parts[1]).\(parts[2])",
                "\(parts[0]).\(parts[1])=.\(parts[2])",
                "\(parts[0]).\(standard).\(parts[2])", "\(input).\(signature)",
                "\(parts[0]).\(parts[1]).\(ForgedForms.withSpareBits(parts[2]))",
                "\(spare).\(Base64URL.encode(try forger.key.sign(Array(spare.utf8))))",
                good + String(repeating: "A", count: (5 - parts[2].count % 4) % 4),
                "\(parts[0]). \(parts[1]).\(parts[2])", "\(parts[0]).\(parts[1])%2E\(parts[2])", "\"\(good)\"",
                "\(parts[0]).\(parts[1]).\(parts[2].prefix(20))\t\(parts[2].dropFirst(20))", "Bearer \(good)",
                "\(good),",
            ]
            try await forger.expectRefused(
                texts.enumerated().map { forger.forgery("form \($0)", $1, .malformed) })
        }

        @Test(arguments: SigningAlgorithm.allCases)
        func `A token of more than 8 KiB isn't looked at, however good it is`(algorithm: SigningAlgorithm) async throws
        {
            let forger = try await Forger(algorithm)
            func token(filler count: Int) throws -> String {
                try forger.token(claims: forger.claims.with("pad", .string(String(repeating: "~", count: count))))
            }
            let room = CompactJWS.maximumLength - (try token(filler: 0)).utf8.count
            let fitting = room * 3 / 4 - 2
            let counts = try #require(
                try (fitting...fitting + 4).map { ($0, try token(filler: $0).utf8.count) }
                    .last { $0.1 <= CompactJWS.maximumLength })
            let twin = try token(filler: counts.0)
            let unsupported = forger.header.with("alg", "none").with(
                "pad", .string(String(repeating: "~", count: 7000)))
            try await forger.expectRefused([
                Forgery("one byte of payload more", try token(filler: counts.0 + 1), .malformed, twin: twin),
                Forgery("12 KiB", try token(filler: 9000), .malformed, twin: twin),
                Forgery("a long header", try forger.token(header: unsupported), .malformed, twin: twin),
                Forgery("8 KiB and a byte of nothing", String(repeating: "A", count: 8193), .malformed, twin: twin),
            ])
        }

        @Test func `A token of 100 KiB gets no more than a bare refusal, and the service goes on`() async throws {
            let forger = try await Forger()
            let long = try forger.token(
                claims: forger.claims.with("pad", .string(String(repeating: "~", count: 80_000))))
            #expect(long.utf8.count > 100 * 1024)
            #expect(try await forger.verdict(on: long).reason == .malformed)
            for (method, path) in bearerRoutes {
                let head = "\(method) \(forger.tenant.path(path)) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                let request = Array("\(head)Authorization: Bearer \(long)\r\n\r\n".utf8)
                // The service may close before it has taken all of it; then there is no answer to be had.
                let answer = (try? await forger.tenant.service.exchange(request)) ?? []
                let text = String(decoding: answer, as: UTF8.self)
                #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 400 "), "\(text.prefix(60))")
            }
            #expect(try await forger.tenant.me(forger.token()).status == 200)
        }
    }
}
