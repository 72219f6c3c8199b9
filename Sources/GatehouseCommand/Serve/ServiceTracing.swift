import FoundationEssentials
import Gatehouse
import Logging
import OpenTelemetry

/// What makes spans and what sends them, as the settings say.
struct ServiceTracing {
    let tracer: OpenTelemetryTracer
    /// Nil where nothing is recorded.
    let exporter: SpanExporter?

    init(_ settings: TraceSettings?, logger: Logger) {
        guard let settings else {
            tracer = .identifiersOnly
            exporter = nil
            return
        }
        let queue = SpanQueue()
        tracer = OpenTelemetryTracer(sampler: Sampler(ratio: settings.ratio), queue: queue)
        exporter = SpanExporter(
            endpoint: settings.endpoint,
            resource: [
                "service.name": settings.serviceName, "service.version": Version.current,
                "service.instance.id": UUID().lowercaseString,
            ],
            queue: queue, logger: logger)
    }

    /// For what makes spans only where they are recorded.
    var recorder: OpenTelemetryTracer? { tracer.isRecording ? tracer : nil }

    /// Sends until the task is cancelled; returns at once where there is nothing to send.
    func run() async {
        await exporter?.run()
    }
}
