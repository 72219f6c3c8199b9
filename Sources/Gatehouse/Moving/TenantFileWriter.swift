import Crypto
import FoundationEssentials

/// Writes a tenant's file line by line, counts, and authenticates all of it in the last line.
struct TenantFileWriter {
    private let write: ([UInt8]) throws -> Void
    private var authenticator: HMAC<SHA256>
    private(set) var counts = TenantFileCounts()

    init(_ header: TenantFileHeader, key: TenantFileKey, write: @escaping ([UInt8]) throws -> Void) throws {
        self.write = write
        authenticator = key.authenticator
        try append(line: header.json.serialized())
    }

    mutating func append(_ section: TenantFileSection, _ row: String) throws {
        try append(line: Array("{\"\(section.rawValue)\":\(row)}".utf8))
        counts[section] += 1
    }

    mutating func finish() throws {
        let end: JSON = ["end": counts.json]
        try append(line: end.serialized())
        let last: JSON = ["hmac": .string(Base64URL.encode(Array(authenticator.finalize())))]
        try write(last.serialized() + [UInt8(ascii: "\n")])
    }

    private mutating func append(line: [UInt8]) throws {
        guard line.count <= TenantFileSection.longestLine else {
            throw Refusal.invalidSetting("A row of the tenant is longer than 1 MiB; no import would take it.")
        }
        let bytes = line + [UInt8(ascii: "\n")]
        authenticator.update(data: bytes)
        try write(bytes)
    }
}
