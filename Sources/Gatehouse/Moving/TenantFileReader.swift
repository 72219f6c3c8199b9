import Crypto
import FoundationEssentials

/// Reads a tenant's file line by line. What it gives is to be believed only once `next` has given nil: then the whole file
/// is what was exported.
final class TenantFileReader {
    let header: TenantFileHeader
    private let nextLine: () throws -> [UInt8]?
    private let headerLine: [UInt8]
    private var authenticator: HMAC<SHA256>?
    private(set) var counts = TenantFileCounts()
    private var section = TenantFileSection.settings
    /// Of the line that was read last.
    private(set) var lineNumber = 1
    private(set) var lineLength = 0

    /// Users' claims may be as deep as JSON is read anywhere else, and stand inside the row and the line.
    private static let depth = JSON.maximumDepth + 2

    init(_ nextLine: @escaping () throws -> [UInt8]?) throws {
        self.nextLine = nextLine
        headerLine = try nextLine() ?? []
        header = try TenantFileHeader(line: headerLine)
    }

    /// Throws `invalidSetting` unless this is the passphrase that the file was written with.
    func open(with passphrase: Passphrase) throws -> TenantFileKey {
        let key: TenantFileKey
        do throws(HashingFailure) { key = try header.seal.key(from: passphrase) } catch {
            throw Refusal.invalidSetting("There is not enough memory to make the file's key of the passphrase.")
        }
        guard key.id == header.keyID else {
            throw Refusal.invalidSetting("That is not the passphrase that the file was exported with.")
        }
        authenticator = key.authenticator
        authenticate(headerLine)
        return key
    }

    /// The next row, and nil after the last one when every line is as it was written.
    func next() throws -> (section: TenantFileSection, row: JSONObject)? {
        let line = try readLine()
        guard let members = (try? JSON.parse(line, maximumDepth: Self.depth))?.objectValue?.members,
            members.count == 1, let member = members.first, let row = member.value.objectValue
        else { throw altered() }
        if member.name == "end" {
            try finish(after: line, counts: row)
            return nil
        }
        guard let section = TenantFileSection(rawValue: member.name), section.rank >= self.section.rank,
            section != .settings || counts[.settings] == 0
        else { throw altered() }
        authenticate(line)
        self.section = section
        counts[section] += 1
        return (section, row)
    }

    func altered() -> Refusal {
        .invalidSetting("The file has been altered or is incomplete: line \(lineNumber) is not as it was written.")
    }

    private func finish(after line: [UInt8], counts written: JSONObject) throws {
        authenticate(line)
        let isComplete = JSON.object(written) == counts.json
        let expected = authenticator.map { Array($0.finalize()) } ?? []
        let last = (try? JSON.parse(try readLine()))?.objectValue
        guard let stated = last?["hmac"]?.stringValue.flatMap({ Base64URL.decode($0) }), last?.count == 1 else {
            throw altered()
        }
        guard isComplete, SecretBytes(bytes: expected).matches(stated) else {
            throw Refusal.invalidSetting("The file has been altered: it is not what was exported.")
        }
        guard try nextLine() == nil else {
            throw Refusal.invalidSetting("The file has been altered: something follows its last line.")
        }
    }

    private func readLine() throws -> [UInt8] {
        guard let line = try nextLine() else {
            throw Refusal.invalidSetting("The file is cut off: it ends after line \(lineNumber), before its end.")
        }
        lineNumber += 1
        lineLength = line.count
        return line
    }

    private func authenticate(_ line: [UInt8]) {
        authenticator?.update(data: line)
        authenticator?.update(data: [UInt8(ascii: "\n")])
    }
}
