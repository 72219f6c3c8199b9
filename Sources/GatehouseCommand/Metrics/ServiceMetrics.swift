import CoreMetrics
import Gatehouse
import GatehouseHTTP
import Postgres
import Prometheus

/// What a running instance measures: the registry, and everything that counts in it.
struct ServiceMetrics: Sendable {
    let registry: PrometheusRegistry
    let requests: RequestMetrics
    let sessions: SessionMetrics
    let passwords: PasswordMetrics
    let keys: KeyMetrics
    let keyUpkeep: UpkeepMetrics
    let purge: PurgeMetrics
    let purgeUpkeep: UpkeepMetrics
    let mails: MailMetrics
    let mailUpkeep: UpkeepMetrics
    let webhooks: WebhookMetrics
    let webhookUpkeep: UpkeepMetrics
    let readiness: ReadinessMetrics
    private let poolWait: Timer

    init(tenants: TenantLabel) throws(InvalidMetric) {
        registry = try PrometheusRegistry(MetricCatalogue.definitions(tenants))
        requests = RequestMetrics(tenants: tenants, factory: registry)
        sessions = SessionMetrics(tenants: tenants, factory: registry)
        passwords = PasswordMetrics(factory: registry)
        keys = KeyMetrics(factory: registry)
        keyUpkeep = UpkeepMetrics(.keys, factory: registry)
        purge = PurgeMetrics(factory: registry)
        purgeUpkeep = UpkeepMetrics(.purge, factory: registry)
        mails = MailMetrics(tenants: tenants, factory: registry)
        mailUpkeep = UpkeepMetrics(.mail, factory: registry)
        webhooks = WebhookMetrics(tenants: tenants, factory: registry)
        webhookUpkeep = UpkeepMetrics(.webhooks, factory: registry)
        readiness = ReadinessMetrics(factory: registry)
        poolWait = Timer(label: "gatehouse_db_pool_wait_seconds", dimensions: [], factory: registry)
        Meter(label: "gatehouse_build_info", dimensions: [("version", Version.current)], factory: registry).set(1)
        registry.read("gatehouse_metrics_refused_total") { [registry] in [Reading(registry.refused)] }
        ProcessMetrics.read(by: registry)
    }

    /// Everything, as Prometheus reads it.
    var text: String { registry.text() }

    /// For the pool to tell.
    var onPoolWait: @Sendable (Duration) -> Void {
        { [poolWait] wait in poolWait.record(wait) }
    }

    /// What is asked when somebody reads the metrics.
    func watch(_ pool: Pool, _ hasher: PasswordHasher) {
        registry.read("gatehouse_db_pool_connections") {
            let status = pool.status
            return [
                Reading(status.busy, labels: ["busy"]), Reading(status.idle, labels: ["idle"]),
                Reading(status.connecting, labels: ["connecting"]),
            ]
        }
        registry.read("gatehouse_db_pool_size") { [Reading(pool.status.size)] }
        registry.read("gatehouse_db_pool_waiting") { [Reading(pool.status.waiting)] }
        registry.read("gatehouse_password_queue_depth") { [Reading(hasher.queueDepth)] }
        registry.read("gatehouse_password_queue_limit") { [Reading(hasher.queueLimit)] }
    }
}
