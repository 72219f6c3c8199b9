import HTTPTypes
import Testing

@testable import GatehouseHTTP

@Suite struct ClientAddressTests {
    private static let trusted = ["10.0.0.0/8", "fd00::/8"]

    private func client(
        peer: String, forwarded: [String] = [], xForwardedFor: [String] = [], trusted: [String] = trusted
    ) throws -> String {
        var headers = HTTPFields()
        forwarded.forEach { headers.append(HTTPField(name: .forwarded, value: $0)) }
        xForwardedFor.forEach { headers.append(HTTPField(name: .xForwardedFor, value: $0)) }
        let peer = try #require(IPAddress(peer))
        return ClientAddress.resolve(peer: peer, headers: headers, trusted: try trusted.map { try CIDR($0) })
            .description
    }

    @Test func `A peer that is no trusted proxy is the client, whatever it says`() throws {
        #expect(try client(peer: "203.0.113.5", xForwardedFor: ["198.51.100.1"]) == "203.0.113.5")
        #expect(try client(peer: "10.0.0.1", xForwardedFor: ["198.51.100.1"], trusted: []) == "10.0.0.1")
    }

    @Test(arguments: [
        (["198.51.100.1"], "198.51.100.1"),
        (["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        (["1.1.1.1", "198.51.100.1, 10.2.2.2"], "198.51.100.1"),
        (["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
        (["198.51.100.1:4711"], "198.51.100.1"),
        (["[2001:db8::1]:4711"], "2001:db8::1"),
        (["2001:db8::1"], "2001:db8::1"),
        (["::ffff:198.51.100.1"], "198.51.100.1"),
        (["garbage, 198.51.100.1"], "198.51.100.1"),
        (["198.51.100.1, garbage"], "10.0.0.1"),
        (["198.51.100.1,"], "10.0.0.1"),
        ([""], "10.0.0.1"),
        ([], "10.0.0.1"),
    ])
    func `The right-most address of X-Forwarded-For that is no proxy of ours counts`(
        lines: [String], expected: String
    ) throws {
        #expect(try client(peer: "10.0.0.1", xForwardedFor: lines) == expected)
    }

    @Test(arguments: [
        (["for=198.51.100.1"], "198.51.100.1"),
        (["For=\"198.51.100.1:4711\";proto=https;by=10.0.0.9"], "198.51.100.1"),
        (["for=\"[2001:db8::1]\"; proto=https , for=10.2.2.2"], "2001:db8::1"),
        (["for=1.1.1.1, for=198.51.100.1", "for=10.2.2.2"], "198.51.100.1"),
        (["for=unknown"], "10.0.0.1"),
        (["for=_hidden, for=198.51.100.1"], "198.51.100.1"),
        (["for=198.51.100.1, for=_hidden"], "10.0.0.1"),
        (["for=198.51.100.1, proto=https"], "10.0.0.1"),
        (["for=198.51.100.1;for=198.51.100.2"], "10.0.0.1"),
        (["for=\"198.51.100.1"], "10.0.0.1"),
        (["198.51.100.1"], "10.0.0.1"),
        (["for=198.51.100.1;"], "10.0.0.1"),
        (["for=2001:db8::1"], "10.0.0.1"),
        (["for=\"2001:db8::1\""], "10.0.0.1"),
    ])
    func `Forwarded is read by RFC 7239, and nothing is guessed`(lines: [String], expected: String) throws {
        #expect(try client(peer: "10.0.0.1", forwarded: lines) == expected)
    }

    @Test func `Two headers that contradict each other are both disbelieved`() throws {
        #expect(
            try client(peer: "10.0.0.1", forwarded: ["for=1.1.1.1"], xForwardedFor: ["198.51.100.1"]) == "10.0.0.1")
        #expect(
            try client(peer: "10.0.0.1", forwarded: ["for=198.51.100.1"], xForwardedFor: ["198.51.100.1"])
                == "198.51.100.1")
    }
}
