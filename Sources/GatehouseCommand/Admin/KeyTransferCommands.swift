import ArgumentParser
import Gatehouse

struct KeyImport: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take over a private key, so that tokens it signed stay valid.")
    var needsMasterKey: Bool { true }

    @Argument var tenant: String
    @Option(help: "File with one private JWK (RFC 7517).", completion: .file()) var jwk: String
    @Option(help: "access or refresh.") var use: KeyUse = .access
    @Option(help: "retired (it verifies) or next (it signs after the next rotation).") var state: ImportState = .retired
    @OptionGroup var options: AdminOptions

    func perform(in office: AdminOffice) async throws -> Answer {
        var jwk = try contents()
        defer { jwk.wipe() }
        return .key(try await office.administration.importKey(tenant: tenant, jwk: jwk, use: use, state: state))
    }

    private func contents() throws -> [UInt8] {
        guard let bytes = try InputFile(jwk).readAll(limit: 65_536) else {
            throw Refusal.invalidSetting("\(jwk) can't be read, or is longer than a JWK can be.")
        }
        return bytes
    }
}

struct KeyExport: AdminCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print the secret of an HS256 access key, or what others verify with, as JWK.",
        discussion: "The private half of an ES256 or EdDSA key doesn't leave Gatehouse: those need --public.")
    var needsMasterKey: Bool { true }
    var changesNothing: Bool { publicOnly }

    @Argument var tenant: String
    @Argument(help: "The key's id.") var kid: String
    @Flag(name: .customLong("public"), help: "The public half of an ES256 or EdDSA key.") var publicOnly = false
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var options: AdminOptions

    func perform(in office: AdminOffice) async throws -> Answer {
        if !publicOnly {
            try await office.administration.checkExport(tenant: tenant, kid: kid)
            try confirmation.require("This prints the secret of key \(kid): who has it can sign tokens of \(tenant).")
        }
        let jwk = JSON.object(
            try await office.administration.exportKey(tenant: tenant, kid: kid, publicOnly: publicOnly))
        let answer = Answer(json: jwk, text: jwk.text)
        guard !publicOnly else { return answer }
        return answer.orElse(
            "The secret counts as exported, which happens once; export the next key and rotate when your app has it.")
    }
}
