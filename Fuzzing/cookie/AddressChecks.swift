import HTTPTypes

@testable import GatehouseHTTP

private let proxies = ["10.0.0.0/8", "2001:db8::/32"].map { text in
    do {
        return try CIDR(text)
    } catch {
        // Both are blocks of addresses.
        fatalError("\(error)")
    }
}

func checkAddresses(in headers: HTTPFields) {
    let forwarded = ForwardedFor.hops(forwarded: headers[values: .forwarded])
    let forwardedFor = ForwardedFor.hops(xForwardedFor: headers[values: .xForwardedFor])
    let hops = ((forwarded ?? []) + (forwardedFor ?? [])).compactMap { $0 }
    for hop in hops {
        expect(IPAddress(hop.description) == hop, "An address that is written and read again is the same")
    }
    checkCount(forwarded, headers.bytes(.forwarded))
    checkCount(forwardedFor, headers.bytes(.xForwardedFor))
    guard let stranger = IPAddress("192.0.2.1"), let proxy = IPAddress("10.1.2.3") else {
        return expect(false, "Both are addresses")
    }
    expect(
        ClientAddress.resolve(peer: stranger, headers: headers, trusted: proxies) == stranger,
        "A peer that is no proxy is the client, whatever it says")
    let client = ClientAddress.resolve(peer: proxy, headers: headers, trusted: proxies)
    expect(client == proxy || hops.contains(client), "The client is one that a proxy has named, or the proxy")
}

/// A comma inside quotation marks borders no hop.
private func checkCount(_ hops: [IPAddress?]?, _ lines: [[UInt8]]) {
    expect((hops == nil) == lines.isEmpty, "Hops are there when the field is")
    let commas = lines.joined().filter { $0 == UInt8(ascii: ",") }.count
    expect((hops ?? []).count <= commas + lines.count, "There are no more hops than commas make")
}
