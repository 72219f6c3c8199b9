import Gatehouse
import Prometheus

/// Every metric of the program. `docs/metrics.md` says the same in a table, and a test compares the two.
enum MetricCatalogue {
    /// How many tenants have series of their own where the label is asked for.
    static let namedTenants = 100

    static func definitions(_ tenants: TenantLabel = .off) -> [MetricDefinition] {
        requests(tenants) + sessions(tenants) + database + passwords + keys + instance + ProcessMetrics.definitions
    }

    private static func requests(_ tenants: TenantLabel) -> [MetricDefinition] {
        let labels = named(tenants) + ["route", "method", "status"]
        let limit = tenants == .off ? 1000 : 5000
        // Whatever becomes of the others, the status stays: the alert on errors goes by it.
        let overflowLabel = tenants == .off ? "route" : TenantLabel.name
        return [
            MetricDefinition(
                .counter, "gatehouse_http_requests_total", labels: labels,
                help: "Requests answered on the public listener.", seriesLimit: limit, overflowLabel: overflowLabel),
            MetricDefinition(
                .histogram(buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15]),
                "gatehouse_http_request_duration_seconds", labels: labels,
                help: "From a request's head to its answer.", seriesLimit: limit, overflowLabel: overflowLabel),
        ]
    }

    private static func sessions(_ tenants: TenantLabel) -> [MetricDefinition] {
        let limit = (namedTenants + 2) * 20
        return [
            MetricDefinition(
                .counter, "gatehouse_login_total", labels: named(tenants) + ["outcome"],
                help: "Sign-ins with a password or by mail: succeeded, or the code of the refusal.", seriesLimit: limit),
            MetricDefinition(
                .counter, "gatehouse_refresh_total", labels: named(tenants) + ["outcome"],
                help: "Refresh tokens presented: rotated, repeated, repeated_after_grace, or why not.",
                seriesLimit: limit),
            MetricDefinition(
                .counter, "gatehouse_mail_total", labels: named(tenants) + ["outcome"],
                help: "Attempts to send a mail: sent, dropped, failed (another follows) or gave_up.", seriesLimit: limit
            ),
            MetricDefinition(
                .counter, "gatehouse_webhook_total", labels: named(tenants) + ["outcome"],
                help: "Attempts to call a webhook: delivered, failed (another follows) or gave_up, also for being off.",
                seriesLimit: limit),
        ]
    }

    private static let database = [
        MetricDefinition(
            .gauge, "gatehouse_db_pool_connections", labels: ["state"],
            help: "Connections to the database that are busy, idle or connecting."),
        MetricDefinition(.gauge, "gatehouse_db_pool_size", help: "The most connections the pool opens."),
        MetricDefinition(.gauge, "gatehouse_db_pool_waiting", help: "Statements that wait for a connection."),
        MetricDefinition(
            .histogram(buckets: [0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]),
            "gatehouse_db_pool_wait_seconds",
            help: "How long statements waited for a connection, those that got none too."),
    ]

    private static let passwords = [
        MetricDefinition(
            .histogram(buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]), "gatehouse_password_hash_seconds",
            help: "How long it took to make or compare one password hash."),
        MetricDefinition(.gauge, "gatehouse_password_queue_depth", help: "Password jobs that wait for a thread."),
        MetricDefinition(
            .gauge, "gatehouse_password_queue_limit", help: "The most password jobs that may wait; beyond it, 503."),
        MetricDefinition(
            .histogram(buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]),
            "gatehouse_password_queue_wait_seconds", help: "How long password jobs waited for a thread."),
        MetricDefinition(
            .counter, "gatehouse_password_refused_total",
            help: "Password jobs refused because the queue was full, or given up for those of another tenant."),
        MetricDefinition(
            .counter, "gatehouse_password_unverifiable_total", labels: ["reason"],
            help: "Stored password hashes that were not evaluated: over_ceiling or unknown_scheme."),
    ]

    private static let keys = [
        MetricDefinition(
            .counter, "gatehouse_key_cache_total", labels: ["result"],
            help: "Look-ups of a tenant and its keys: hit, miss, reread for an unknown key; unusable counts keys."),
        MetricDefinition(
            .counter, "gatehouse_key_rotations_total", labels: ["use", "trigger"],
            help: "Rotations of signing keys that this instance carried out."),
        MetricDefinition(
            .gauge, "gatehouse_listener_connected", help: "1 while changes of tenants and keys are heard at once."),
    ]

    private static let instance = [
        MetricDefinition(.gauge, "gatehouse_build_info", labels: ["version"], help: "Always 1."),
        MetricDefinition(.gauge, "gatehouse_ready", help: "1 while the instance is ready, as /readyz says."),
        MetricDefinition(
            .gauge, "gatehouse_readiness_check", labels: ["check"], help: "1 for each check of /readyz that holds."),
        MetricDefinition(
            .gauge, "gatehouse_upkeep_last_success_timestamp_seconds", labels: ["work"],
            help:
                "When this instance last looked after keys, for what is to be removed (purge), mails or webhooks; 0 for never."
        ),
        MetricDefinition(
            .counter, "gatehouse_upkeep_failures_total", labels: ["work"],
            help: "Looks that failed, and tenants, mails or webhooks that could not be seen to."),
        MetricDefinition(
            .gauge, "gatehouse_purge_behind_seconds",
            help: "How long the tenant furthest behind has been due for the purge, or unfinished."),
        MetricDefinition(
            .counter, "gatehouse_metrics_refused_total",
            help: "Uses of a metric that contradict its definition: a defect of the program."),
    ]

    private static func named(_ tenants: TenantLabel) -> [String] {
        tenants == .off ? [] : [TenantLabel.name]
    }
}
