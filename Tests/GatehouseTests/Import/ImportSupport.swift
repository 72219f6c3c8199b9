import Foundation
import FoundationEssentials

@testable import Gatehouse

extension ByteInput {
    /// A text that comes in pieces of this length.
    init(_ text: String, inPiecesOf length: Int = 7) {
        self.init(Array(text.utf8), inPiecesOf: length)
    }

    init(_ bytes: [UInt8], inPiecesOf length: Int = 7) {
        var rest = bytes[...]
        self.init {
            defer { rest = rest.dropFirst(length) }
            return Array(rest.prefix(length))
        }
    }
}

/// The exports that docs/migrating.md shows.
func sampleExport(_ name: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/migrating")
    return try String(contentsOf: folder.appending(path: name), encoding: .utf8)
}

extension UserFile {
    /// What each user of a file comes to before it is looked for in the database.
    static func read(
        _ text: String, as format: ImportFormat, project: FirebaseHashConfig? = nil
    ) throws -> [(line: Int, draft: Result<UserDraft, Refusal>)] {
        var file = try UserFile(ByteInput(text), format: format, project: project)
        var users: [(line: Int, draft: Result<UserDraft, Refusal>)] = []
        while let (position, draft) = try file.next(now: Date(timeIntervalSince1970: 1_800_000_000)) {
            users.append((position.line, draft))
        }
        return users
    }
}

extension Result<UserDraft, Refusal> {
    var user: UserDraft? { try? get() }

    /// The codes of what is wrong.
    var codes: [String] {
        guard case .failure(.validationFailed(let problems)) = self else { return [] }
        return problems.map(\.code)
    }
}

extension Installation {
    /// What the import of lines of JSON came to, and the lines refused with their first codes.
    func importUsers(
        _ text: String, tenant: String = "shop", dryRun: Bool = false
    ) async throws -> (report: ImportReport, refused: [String]) {
        var refused: [String] = []
        let file = try UserFile(ByteInput(text, inPiecesOf: 4096), format: .jsonl)
        let report = try await administration.importUsers(
            of: file, into: tenant, dryRun: dryRun,
            refuse: { refused.append("\($0.position.line) \($0.problems[0].field) \($0.problems[0].code)") })
        return (report, refused)
    }

    /// How many users the tenant `shop` has.
    func userCount() async throws -> Int {
        var (count, last): (Int, UUID?) = (0, nil)
        while true {
            let page = try await administration.listUsers(tenant: "shop", limit: 1000, after: last)
            count += page.count
            guard let end = page.last else { return count }
            last = end.id
        }
    }
}

extension ImportReport {
    /// Of those imported, passed over and refused.
    var counts: [Int] { [imported, skipped, refused] }
}
