import Gatehouse
import Logging
import ServiceLifecycle
import Webhooks

/// What an instance does beside requests: it looks after keys, removes what is over, and delivers mails and webhooks.
struct BackgroundWork {
    private let keys: KeyUpkeep
    private let purge: Purge
    private let mails: DeliverMail
    private let webhooks: DeliverWebhooks
    private let webhookClient = WebhookClient()

    init(
        database: Database, sealer: KeySealer, secrets: OneTimeSecrets, settings: ServiceSettings,
        metrics: ServiceMetrics,
        logger: Logger
    ) {
        keys = KeyUpkeep(
            database: database, sealer: sealer, jwksMaxAge: settings.jwksMaxAge, logger: logger,
            metrics: metrics.keys, upkeepMetrics: metrics.keyUpkeep)
        purge = Purge(database: database, logger: logger, metrics: metrics.purge, upkeep: metrics.purgeUpkeep)
        mails = DeliverMail(
            database: database, secrets: secrets, publicURL: settings.publicURL.text,
            transports: settings.mail.transports, logger: logger, metrics: metrics.mails, upkeep: metrics.mailUpkeep)
        webhooks = DeliverWebhooks(
            database: database, sealer: sealer, transport: webhookClient, logger: logger, metrics: metrics.webhooks,
            upkeep: metrics.webhookUpkeep)
    }

    /// Each runs until it is told to end.
    var parts: [any Service] {
        [
            Upkeep(keys.run), Upkeep(purge.run), Upkeep(mails.run),
            Upkeep { [webhooks, webhookClient] in
                await webhooks.run()
                await webhookClient.shutdown()
            },
        ]
    }
}
