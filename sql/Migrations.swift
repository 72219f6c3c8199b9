/// One step of the database's schema, as it stands in `sql/migrations` and is embedded in the program.
public struct Migration: Sendable, Equatable {
    public let version: Int
    public let name: String
    public let sql: String

    /// Every migration this program knows, in order; a version is never changed once it has been released.
    public static let all: [Migration] = [
        Migration(1, "schema_versions", PackageResources.v0001_schema_versions_sql),
        Migration(2, "tenants", PackageResources.v0002_tenants_sql),
        Migration(3, "users", PackageResources.v0003_users_sql),
        Migration(4, "refresh_tokens", PackageResources.v0004_refresh_tokens_sql),
        Migration(5, "signing_keys", PackageResources.v0005_signing_keys_sql),
        Migration(6, "guess_counters", PackageResources.v0006_guess_counters_sql),
        Migration(7, "audit_events", PackageResources.v0007_audit_events_sql),
        Migration(8, "key_upkeep", PackageResources.v0008_key_upkeep_sql),
        Migration(9, "keys_due", PackageResources.v0009_keys_due_sql),
        Migration(10, "audit_upkeep", PackageResources.v0010_audit_upkeep_sql),
        Migration(11, "session_purge", PackageResources.v0011_session_purge_sql),
        Migration(12, "audit_purge", PackageResources.v0012_audit_purge_sql),
        Migration(13, "guess_purge", PackageResources.v0013_guess_purge_sql),
        Migration(14, "api_clients", PackageResources.v0014_api_clients_sql),
        Migration(15, "client_events", PackageResources.v0015_client_events_sql),
        Migration(16, "tenant_mail", PackageResources.v0016_tenant_mail_sql),
        Migration(17, "outbox", PackageResources.v0017_outbox_sql),
        Migration(18, "one_time_tokens", PackageResources.v0018_one_time_tokens_sql),
        Migration(19, "webhooks", PackageResources.v0019_webhooks_sql),
        Migration(20, "webhook_events", PackageResources.v0020_webhook_events_sql),
        Migration(21, "account_deletion", PackageResources.v0021_account_deletion_sql),
        Migration(22, "webhook_deletion", PackageResources.v0022_webhook_deletion_sql),
        Migration(23, "tenant_age", PackageResources.v0023_tenant_age_sql),
        Migration(24, "unfinished_purges", PackageResources.v0024_unfinished_purges_sql),
    ]

    private init(_ version: Int, _ name: String, _ bytes: [UInt8]) {
        self.version = version
        self.name = name
        self.sql = String(decoding: bytes, as: UTF8.self)
    }
}
