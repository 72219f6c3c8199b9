import Testing

@testable import Webhooks

@Suite("An internet address")
struct InternetAddressTests {
    @Test(
        "isn't public where it is for one machine or network, for tests and examples, or for many at once",
        arguments: [
            "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
            "127.255.255.255", "168.63.129.16", "169.254.0.0", "169.254.169.254", "172.16.0.0", "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1", "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "0x7f.1", "0300.0250.1",
            "::", "::1", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe", "::ffff:0:127.0.0.1",
            "64:ff9b::10.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::808:808", "100::1", "2001::1", "2001:0:7f00:1::",
            "2001:2::1", "2001:1ff:ffff::", "2001:db8::1", "2002:7f00:1::", "2002:808:808::", "3fff::1", "3fff:fff::1",
            "4000::1",
            "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
        ])
    func special(text: String) throws {
        #expect(try #require(InternetAddress(literal: text)).isPublic == false)
    }

    @Test(
        "is public otherwise, right up to those",
        arguments: [
            "1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.0", "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0", "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "203.0.114.0",
            "223.255.255.255", "2000::1", "2001:200::", "2001:4860:4860::8888", "2001:db7::1", "2001:db9::1", "2003::1",
            "2606:4700::1111", "3ffe:ffff::1", "3fff:1000::", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
        ])
    func publicOnes(text: String) throws {
        #expect(try #require(InternetAddress(literal: text)).isPublic)
    }

    @Test(
        "has its turn after one of the other family, while there are such, and in the order given otherwise",
        arguments: [
            (["2::1", "2::2", "2::3", "2.0.0.1"], ["2::1", "2.0.0.1", "2::2", "2::3"]),
            (["2.0.0.1", "2.0.0.2", "2::1", "2::2"], ["2.0.0.1", "2::1", "2.0.0.2", "2::2"]),
            (["2.0.0.1", "2::1", "2::2", "2::3"], ["2.0.0.1", "2::1", "2::2", "2::3"]),
            (["2::1", "2::2"], ["2::1", "2::2"]),
        ])
    func turns(listed: [String], tried: [String]) {
        #expect(
            listed.compactMap { InternetAddress(literal: $0) }.byTurnsOfFamily
                == tried.compactMap { InternetAddress(literal: $0) })
    }

    @Test("prints as what reads back as itself")
    func printing() throws {
        for text in ["127.1", "255.254.253.252", "::1", "2606:4700::1111", "::ffff:1.2.3.4"] {
            let address = try #require(InternetAddress(literal: text))
            #expect(InternetAddress(literal: address.description) == address)
        }
        #expect(InternetAddress(literal: "0x7f.1")?.description == "127.0.0.1")
        #expect(InternetAddress(literal: "2606:4700::1111")?.description == "2606:4700:0:0:0:0:0:1111")
        #expect(InternetAddress(literal: "hooks.example.com") == nil && InternetAddress(literal: "1.2.3.4.5") == nil)
    }
}
