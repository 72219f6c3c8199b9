import Gatehouse
import GatehouseHTTP
import Testing

@Suite struct AddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"), ("2001:DB8:0:0::1", "2001:db8::1"),
        ("::1", "::1"), ("::", "::"), ("::FFFF:C000:0201", "192.0.2.1"),
    ])
    func `An address has one spelling`(text: String, expected: String) throws {
        #expect(try #require(IPAddress(text)).description == expected)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "01.2.3.4", "256.1.1.1", " 1.2.3.4", "1.2.3.4:80", "[::1]", "fe80::1%eth0", "::g",
        "unknown", "1.2.3.4\u{0}",
    ])
    func `What is no address is refused`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "10.0.0.1", true),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
        ("2001:db8::/65", "2001:db8::8000:0:0:0", false), ("192.0.2.7", "192.0.2.7", true),
        ("192.0.2.7", "192.0.2.8", false), ("::1", "::1", true),
    ])
    func `A block contains the addresses that share its prefix`(
        block: String, address: String, isInside: Bool
    ) throws {
        #expect(try CIDR(block).contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(arguments: [
        "", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/08/1", "10.0.0.1/8", "2001:db8::/129", "::1/64",
        "10.0.0.0/+8", "example.com", "10.0.0.0 /8",
    ])
    func `What is no block, or has bits beyond its prefix, is refused`(text: String) {
        #expect(throws: FieldFault.self) { try CIDR(text) }
    }
}
