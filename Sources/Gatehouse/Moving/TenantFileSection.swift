/// What a tenant's file consists of, in this order: whatever refers to something comes after it.
enum TenantFileSection: String, CaseIterable, Sendable {
    case settings
    case key
    case client
    case template
    case user
    case session
    case event

    /// A line is longer than this in no file of ours: nobody makes the other side hold more in memory.
    static let longestLine = 1 << 20

    /// The table whose rows its lines are, and no other: each stands there as `to_jsonb` writes it.
    var table: String {
        switch self {
        case .settings: "tenants"
        case .key: "signing_keys"
        case .client: "api_clients"
        case .template: "mail_templates"
        case .user: "users"
        case .session: "refresh_tokens"
        case .event: "audit_events"
        }
    }

    var plural: String {
        switch self {
        case .settings: "the settings"
        default: "\(rawValue)s"
        }
    }

    /// Columns that are this database's own business, or stand elsewhere in the file. Whatever else a table has is carried
    /// along, so that a new setting needs no line here.
    var columnsLeft: Set<String> {
        switch self {
        case .settings: ["id", "slug", "created_at", "updated_at", "keys_due_at"]
        case .key: ["tenant_id", "sealed_secret"]
        default: ["tenant_id"]
        }
    }

    var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// Tenant tables that stay where they are: counters of the last minutes, mails that wait and what they bring, and webhooks, whose
    /// secrets the receivers would have to learn anew anyhow. What belongs to a tenant and is named neither
    /// here nor as a section is a defect that a test finds.
    static let tablesLeft: Set<String> = [
        "guess_counters", "failed_attempts", "mails", "one_time_tokens", "webhook_endpoints", "webhook_messages",
    ]
}

/// Which columns of a table a file may name.
struct TenantFileColumns: Sendable {
    let section: TenantFileSection
    let moved: Set<String>
    /// Generated ones too: the other side makes them anew.
    let left: [String]

    init(_ section: TenantFileSection, columns: [(name: String, isGenerated: Bool)]) {
        self.section = section
        let left = columns.filter { $0.isGenerated || section.columnsLeft.contains($0.name) }.map(\.name)
        self.left = left
        moved = Set(columns.map(\.name)).subtracting(left)
    }

    /// Throws `invalidSetting` for the first member of a line that is none of them.
    func check(_ names: [String]) throws(Refusal) {
        guard let unknown = names.first(where: { !moved.contains($0) }) else { return }
        throw .invalidSetting(
            """
            The file says \(unknown.isName ? unknown : "something") of \(section.plural), which this release doesn't know: \
            import it with the release that exported it, or a later one.
            """)
    }
}

extension String {
    /// Whether it can be shown as it is.
    fileprivate var isName: Bool {
        utf8.count <= 63 && utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
    }
}
