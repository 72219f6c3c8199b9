import CoreMetrics
import Prometheus
import Testing

@Suite("A registry")
struct RegistryTests {
    @Test(
        "A definition that Prometheus would not take is refused",
        arguments: [
            MetricDefinition(.counter, "", help: ""), MetricDefinition(.counter, "1st_total", help: ""),
            MetricDefinition(.counter, "a-b", help: ""), MetricDefinition(.counter, "jobs total", help: ""),
            MetricDefinition(.gauge, "é", help: ""), MetricDefinition(.gauge, "a", labels: ["b:c"], help: ""),
            MetricDefinition(.gauge, "a", labels: ["__b"], help: ""),
            MetricDefinition(.gauge, "a", labels: ["b", "b"], help: ""),
            MetricDefinition(.gauge, "a", labels: ["b"], help: "", overflowLabel: "c"),
            MetricDefinition(.histogram(buckets: [1]), "a", labels: ["le"], help: ""),
            MetricDefinition(.histogram(buckets: [1, 1]), "a", help: ""),
            MetricDefinition(.histogram(buckets: [1, .infinity]), "a", help: ""),
        ])
    func definitions(definition: MetricDefinition) {
        #expect(throws: InvalidMetric.self) { try PrometheusRegistry([definition]) }
    }

    @Test("Two definitions of one name are refused")
    func definedTwice() {
        let definition = MetricDefinition(.gauge, "a", help: "")
        #expect(throws: InvalidMetric.self) {
            try PrometheusRegistry([definition, definition])
        }
    }

    @Test("Labels in another order name the same series")
    func labelOrder() throws {
        let registry = try PrometheusRegistry([
            MetricDefinition(.counter, "jobs_total", labels: ["a", "b"], help: "")
        ])
        Counter(label: "jobs_total", dimensions: [("a", "1"), ("b", "2")], factory: registry).increment()
        Counter(label: "jobs_total", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment()
        #expect(registry.text().contains("jobs_total{a=\"1\",b=\"2\"} 2\n"))
    }

    @Test("What contradicts a definition counts nowhere, and is counted as refused")
    func contradiction() throws {
        let registry = try PrometheusRegistry([MetricDefinition(.counter, "jobs_total", labels: ["a"], help: "")])
        let before = registry.text()
        Counter(label: "jobs_total", dimensions: [("b", "1")], factory: registry).increment()
        Counter(label: "jobs_total", factory: registry).increment()
        Meter(label: "jobs_total", dimensions: [("a", "1")], factory: registry).set(1)
        Timer(label: "jobs_total", dimensions: [("a", "1")], factory: registry).recordSeconds(1)
        registry.read("unheard_of") { [Reading(1)] }
        #expect(registry.text() == before)
        #expect(registry.refused == 5)
    }

    @Test("Beyond its limit a metric has one more series, in which the rest is counted")
    func seriesLimit() throws {
        let registry = try PrometheusRegistry([
            MetricDefinition(.counter, "jobs_total", labels: ["who"], help: "", seriesLimit: 2)
        ])
        for who in ["a", "b", "c", "d", "a"] {
            Counter(label: "jobs_total", dimensions: [("who", who)], factory: registry).increment()
        }
        #expect(
            registry.text() == """
                # TYPE jobs_total counter
                jobs_total{who="a"} 2
                jobs_total{who="b"} 1
                jobs_total{who="other"} 2

                """)
    }

    @Test("Beyond its limit a metric gives up one label first, and the rest is told apart in a thousand series more")
    func overflowLabel() throws {
        let registry = try PrometheusRegistry([
            MetricDefinition(
                .counter, "answers_total", labels: ["who", "status"], help: "", seriesLimit: 2, overflowLabel: "who")
        ])
        func count(_ who: String, _ status: String) {
            Counter(label: "answers_total", dimensions: [("who", who), ("status", status)], factory: registry)
                .increment()
        }
        for who in ["a", "b", "c", "a"] { count(who, "200") }
        for who in ["a", "b"] { count(who, "503") }
        #expect(
            registry.text() == """
                # TYPE answers_total counter
                answers_total{who="a",status="200"} 2
                answers_total{who="b",status="200"} 1
                answers_total{who="other",status="200"} 1
                answers_total{who="other",status="503"} 2

                """)
        for status in 1000..<3000 { count("d", String(status)) }
        let samples = registry.text().split(separator: "\n").dropFirst()
        #expect(samples.count == 2 + 1000 + 1)
        #expect(samples.contains(#"answers_total{who="other",status="other"} 1002"#))
    }

    @Test("A hundred thousand label values leave a thousand series and the one for the rest")
    func flood() throws {
        let registry = try PrometheusRegistry([MetricDefinition(.counter, "jobs_total", labels: ["who"], help: "")])
        for who in 0..<100_000 {
            registry.makeCounter(label: "jobs_total", dimensions: [("who", String(who))]).increment(by: 1)
        }
        let samples = registry.text().split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(samples.count == 1001)
        #expect(samples.contains("jobs_total{who=\"other\"} 99000"))
    }

    @Test("What a library measures without a definition is printed under a name that Prometheus takes, up to a limit")
    func undefined() throws {
        let registry = try PrometheusRegistry(undefinedLimit: 2)
        Counter(label: "http.client-requests", dimensions: [("peer.name", "x")], factory: registry).increment()
        Gauge(label: "9lives", factory: registry).record(9)
        Counter(label: "one.too.many", factory: registry).increment()
        #expect(
            registry.text() == """
                # TYPE _9lives gauge
                _9lives 9
                # TYPE http_client_requests counter
                http_client_requests{peer_name="x"} 1

                """)
        #expect(registry.refused == 1)
    }

    @Test("A counter never goes back, unless it is reset")
    func monotony() throws {
        let registry = try PrometheusRegistry()
        let whole = Counter(label: "whole_total", factory: registry)
        whole.increment(by: 5)
        whole.increment(by: -3)
        let real = FloatingPointCounter(label: "real_total", factory: registry)
        for amount in [0.5, -0.25, .nan, .infinity] { real.increment(by: amount) }
        #expect(registry.text().contains("\nwhole_total 5\n"))
        #expect(registry.text().contains("\nreal_total 0.5\n"))
        whole.reset()
        #expect(registry.text().contains("\nwhole_total 0\n"))
    }

    @Test("Values are read when they are printed, and those with other labels than defined are left out")
    func readings() throws {
        let registry = try PrometheusRegistry([
            MetricDefinition(.gauge, "connections", labels: ["state"], help: "", seriesLimit: 2)
        ])
        let last = LastValue()
        registry.read("connections") {
            [
                Reading(1, labels: ["busy", "too many"]), Reading(last.next(), labels: ["busy"]),
                Reading(0, labels: ["idle"]), Reading(9, labels: ["one too many"]),
            ]
        }
        for value in 1...2 {
            let samples = registry.text().split(separator: "\n").dropFirst()
            #expect(samples == ["connections{state=\"busy\"} \(value)", "connections{state=\"idle\"} 0"])
        }
    }

    @Test("Nothing is lost when many tasks count at once")
    func concurrency() async throws {
        let registry = try PrometheusRegistry([
            MetricDefinition(.histogram(buckets: [1, 2]), "sizes", help: "")
        ])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = Counter(label: "whole_total", factory: registry)
                    let real = FloatingPointCounter(label: "real_total", factory: registry)
                    let sizes = Recorder(label: "sizes", factory: registry)
                    for _ in 0..<10_000 {
                        counter.increment()
                        real.increment(by: 0.5)
                        sizes.record(2)
                    }
                }
            }
        }
        let lines = registry.text().split(separator: "\n")
        for line in [
            "whole_total 80000", "real_total 40000", "sizes_bucket{le=\"1\"} 0", "sizes_bucket{le=\"2\"} 80000",
            "sizes_sum 160000", "sizes_count 80000",
        ] {
            #expect(lines.contains(Substring(line)))
        }
    }
}
