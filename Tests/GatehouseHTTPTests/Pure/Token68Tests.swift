import Testing

@testable import GatehouseHTTP

@Suite("The characters of a token") struct Token68Tests {
    @Test("are those of RFC 9110, section 11.2, and no others")
    func everyByte() {
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/".utf8)
        for byte in UInt8.min...UInt8.max { #expect(HTTPText.isToken68Byte(byte) == allowed.contains(byte), "\(byte)") }
    }
}
