import CoreMetrics
import Prometheus
import Testing

@Suite("The text format")
struct ExpositionTests {
    @Test("Counters, gauges and histograms are printed as version 0.0.4 says, by name and label values")
    func format() throws {
        let registry = try PrometheusRegistry([
            MetricDefinition(
                .histogram(buckets: [0.1, 1, 2.5]), "wait_seconds", labels: ["queue"], help: "How long it waits."),
            MetricDefinition(.counter, "jobs_total", labels: ["outcome", "kind"], help: "Jobs done."),
            MetricDefinition(.gauge, "depth", help: "Jobs that wait."),
        ])
        counter(registry, outcome: "ok", kind: "b").increment(by: 2)
        counter(registry, outcome: "ok", kind: "a").increment()
        counter(registry, outcome: "failed", kind: "b").increment()
        Meter(label: "depth", factory: registry).set(2.5)
        let wait = Timer(label: "wait_seconds", dimensions: [("queue", "first")], factory: registry)
        for milliseconds in [50, 100, 101, 2500, 2501] { wait.recordMilliseconds(milliseconds) }
        #expect(
            registry.text() == """
                # HELP depth Jobs that wait.
                # TYPE depth gauge
                depth 2.5
                # HELP jobs_total Jobs done.
                # TYPE jobs_total counter
                jobs_total{outcome="failed",kind="b"} 1
                jobs_total{outcome="ok",kind="a"} 1
                jobs_total{outcome="ok",kind="b"} 2
                # HELP wait_seconds How long it waits.
                # TYPE wait_seconds histogram
                wait_seconds_bucket{queue="first",le="0.1"} 2
                wait_seconds_bucket{queue="first",le="1"} 3
                wait_seconds_bucket{queue="first",le="2.5"} 4
                wait_seconds_bucket{queue="first",le="+Inf"} 5
                wait_seconds_sum{queue="first"} 5.252
                wait_seconds_count{queue="first"} 5

                """)
    }

    private func counter(_ registry: PrometheusRegistry, outcome: String, kind: String) -> Counter {
        Counter(label: "jobs_total", dimensions: [("outcome", outcome), ("kind", kind)], factory: registry)
    }

    @Test("Backslashes, line ends and quotes are escaped, each where it has to be")
    func escaping() throws {
        let registry = try PrometheusRegistry([
            MetricDefinition(.counter, "odd_total", labels: ["text"], help: "A \\ and a\nline with \"quotes\".")
        ])
        Counter(label: "odd_total", dimensions: [("text", "a\\b\nc\"d\r\n}é")], factory: registry).increment()
        let expected = [
            #"# HELP odd_total A \\ and a\nline with "quotes"."#, "# TYPE odd_total counter",
            #"odd_total{text="a\\b\nc\"d"# + "\r" + #"\n}é"} 1"#, "",
        ]
        #expect(registry.text() == expected.joined(separator: "\n"))
    }

    @Test(
        "Numbers are written as Go reads them",
        arguments: [
            (0.0, "0"), (-0.25, "-0.25"), (1e15, "1000000000000000"), (1e300, "1e+300"), (5e-9, "5e-09"),
            (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        ])
    func numbers(value: Double, expected: String) throws {
        let registry = try PrometheusRegistry([MetricDefinition(.gauge, "value", help: "")])
        registry.read("value") { [Reading(value)] }
        #expect(registry.text() == "# TYPE value gauge\nvalue \(expected)\n")
    }

    @Test("A metric without a series is announced, so that its name is known before it counts")
    func withoutSeries() throws {
        let registry = try PrometheusRegistry([
            MetricDefinition(.counter, "rare_total", labels: ["why"], help: "Rare.")
        ])
        #expect(registry.text() == "# HELP rare_total Rare.\n# TYPE rare_total counter\n")
    }
}
