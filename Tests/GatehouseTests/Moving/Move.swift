import FoundationEssentials

@testable import Gatehouse

/// Two installations with databases, master keys and addresses of their own, and the tenant `shop` on the way between them.
struct Move: Sendable {
    let from: Installation
    let to: Installation

    static let passphrase = "a passphrase of several words"

    /// Tests make many keys of passphrases.
    private static var cheapSeal: TenantFileSeal { .fresh(Argon2Parameters(memory: 64, passes: 1, lanes: 1)) }

    static func make() async throws -> Move {
        Move(
            from: try await Installation.make(publicURL: "http://old.test"),
            to: try await Installation.make(publicURL: "http://new.test"))
    }

    /// The file, line by line.
    static func export(
        of slug: String = "shop", from installation: Installation, withAudit: Bool = false
    ) async throws -> [[UInt8]] {
        var bytes: [UInt8] = []
        _ = try await installation.administration.exportTenant(
            slug, under: Passphrase(passphrase), seal: cheapSeal, withAudit: withAudit, progress: { _ in },
            write: { bytes += $0 })
        return bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
    }

    @discardableResult
    static func importing(
        _ lines: [[UInt8]], into installation: Installation, passphrase: String = passphrase
    ) async throws -> MovedTenant {
        var rest = lines[...]
        return try await installation.administration.importTenant(
            under: Passphrase(passphrase), nextLine: { rest.popFirst() })
    }

    /// The tenant on the other side, as an instance there serves it.
    func carried(withAudit: Bool = false) async throws -> ServedTenant {
        try await Self.importing(try await Self.export(from: from, withAudit: withAudit), into: to)
        return try await to.service.directory.tenant(slug: "shop")
    }

    /// A file as somebody writes it who knows the passphrase.
    static func forged(
        tenant: UUID, slug: String = "shop", _ rows: [(TenantFileSection, String)]
    ) throws -> [[UInt8]] {
        let seal = cheapSeal
        let key = try seal.key(from: try Passphrase(passphrase))
        let header = TenantFileHeader(
            tenantID: tenant, slug: slug, issuer: "http://old.test/t/\(slug)", exportedAt: "2026-01-01T00:00:00Z",
            seal: seal, keyID: key.id)
        var bytes: [UInt8] = []
        var writer = try TenantFileWriter(header, key: key, write: { bytes += $0 })
        for (section, row) in rows { try writer.append(section, row) }
        try writer.finish()
        return bytes.split(separator: UInt8(ascii: "\n")).map(Array.init)
    }
}

extension Installation {
    /// Every row of a tenant's tables and of `tenants` itself.
    func rowCounts() async throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for table in TenantFileSection.allCases.map(\.table) { counts[table] = try await rowCount(table) }
        return counts
    }
}
