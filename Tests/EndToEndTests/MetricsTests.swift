import Foundation
import Gatehouse
import Prometheus
import TestSupport
import Testing

@testable import GatehouseCommand

@Suite("The metrics of a running service")
struct MetricsTests {
    /// A tenant's life: sign-ins right and wrong, a refresh and its repetition, and paths that aren't there.
    private func someTraffic(at place: Installation, tenant: String = "shop") async throws {
        let base = "\(place.url)/t/\(tenant)/v1"
        let credentials = ["email": "ada@example.com", "password": goodPassword]
        let session = try await HTTP.post("\(base)/register", credentials)
        _ = try await HTTP.post("\(base)/login", credentials)
        for _ in 0..<2 { _ = try await HTTP.post("\(base)/login", credentials.merging(["password": "wrong"]) { $1 }) }
        for _ in 0..<3 {
            _ = try await HTTP.post("\(base)/refresh", ["refresh_token": session.text("refresh_token")])
        }
        for path in ["v1/nothing", "v1/me/", "\(UUID())", "../admin"] {
            _ = try await HTTP.get("\(place.url)/t/\(tenant)/\(path)")
        }
        _ = try await HTTP.get("\(place.url)/t/made-up/v1/me")
        _ = try await HTTP.send("PROPFIND", "\(base)/login")
        // Methods that HTTP doesn't know end with the connection.
        for method in ["BREW", "\(UUID())"] { _ = try? await HTTP.send(method, "\(base)/login") }
        _ = try await HTTP.get("\(place.url)/healthz")
    }

    @Test("Requests, sign-ins, refreshes, hashes, statements and keys are counted, by templates and outcomes")
    func counts() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        try await place.serving { _ in
            try await someTraffic(at: place)
            let scrape = try await Scrape.of(place)
            let route = #"route="/t/{tenant}/v1/login",method="POST""#
            #expect(scrape["gatehouse_http_requests_total{\(route),status=\"200\"}"] == 1)
            #expect(scrape["gatehouse_http_requests_total{\(route),status=\"401\"}"] == 2)
            #expect(scrape["gatehouse_http_request_duration_seconds_count{\(route),status=\"401\"}"] == 2)
            #expect(
                scrape[#"gatehouse_http_request_duration_seconds_bucket{\#(route),status="401",le="+Inf"}"#] == 2)
            #expect(scrape[#"gatehouse_login_total{outcome="succeeded"}"#] == 1)
            #expect(scrape[#"gatehouse_login_total{outcome="invalid_credentials"}"#] == 2)
            #expect(scrape[#"gatehouse_refresh_total{outcome="rotated"}"#] == 1)
            #expect(scrape[#"gatehouse_refresh_total{outcome="repeated"}"#] == 2)
            #expect(scrape[#"gatehouse_refresh_total{outcome="refresh_token_reused"}"#] == 0)
            #expect(scrape["gatehouse_password_hash_seconds_count"] == 4)
            // Each of them, and one look at how guessable the new password is.
            #expect(scrape["gatehouse_password_queue_wait_seconds_count"] == 5)
            #expect(scrape["gatehouse_db_pool_wait_seconds_count"] ?? 0 > 10)
            #expect(scrape[#"gatehouse_key_cache_total{result="miss"}"#] ?? 0 >= 1)
            #expect(scrape[#"gatehouse_build_info{version="\#(Version.current)"}"#] == 1)
            #expect(scrape["gatehouse_metrics_refused_total"] == 0)
        }
    }

    @Test("The state of pool, queue, listener, upkeep and readiness can be read at any time")
    func state() async throws {
        var place = try await Installation.migrated()
        place.settings["GATEHOUSE_POOL_SIZE"] = "3"
        try await place.serving { program in
            let scrape = try await eventually("an instance that is ready, hears of changes and looks after keys") {
                let scrape = try await Scrape.of(place)
                let isReady = scrape["gatehouse_ready"] == 1 && scrape["gatehouse_listener_connected"] == 1
                let looks = ["keys", "purge"].map { work in
                    scrape["gatehouse_upkeep_last_success_timestamp_seconds{work=\"\(work)\"}"] ?? 0
                }
                return isReady && looks.allSatisfy { $0 > Date().timeIntervalSince1970 - 60 } ? scrape : nil
            }
            for check in ["serving", "database", "schema", "master_key", "clock"] {
                #expect(scrape["gatehouse_readiness_check{check=\"\(check)\"}"] == 1)
            }
            #expect(scrape["gatehouse_db_pool_size"] == 3)
            let connections = ["busy", "idle", "connecting"].map {
                scrape["gatehouse_db_pool_connections{state=\"\($0)\"}"] ?? -1
            }
            #expect(connections.allSatisfy { $0 >= 0 } && (1...3).contains(connections.reduce(0, +)))
            #expect(scrape["gatehouse_db_pool_waiting"] == 0)
            #expect(scrape["gatehouse_password_queue_depth"] == 0)
            #expect(scrape["gatehouse_password_queue_limit"] ?? 0 >= 64)
            #expect(scrape["process_resident_memory_bytes"] ?? 0 > 1e6)
            #expect(scrape["process_open_fds"] ?? 0 > 5)
        }
    }

    @Test("No label holds what a client made up, nor a user, an email or a tenant")
    func boundedLabels() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        try await place.serving { _ in
            try await someTraffic(at: place)
            let scrape = try await Scrape.of(place)
            let family = "gatehouse_http_requests_total"
            let routes = scrape.values(of: "route", in: family)
            #expect(routes.contains("other"))
            #expect(routes.subtracting(["other"]).allSatisfy { $0.hasPrefix("/t/{tenant}/") || $0 == "/healthz" })
            #expect(scrape.values(of: "method", in: family) == ["GET", "POST", "other"])
            #expect(scrape.values(of: "tenant", in: family).isEmpty)
            for trace in ["shop", "made-up", "ada", "example.com", "BREW"] {
                #expect(!scrape.text.contains(trace), "\(trace) is in the metrics")
            }
        }
    }

    @Test("With the tenant's label tenants that exist are named, and others are not")
    func tenantLabel() async throws {
        var place = try await Installation.migrated()
        place.settings["GATEHOUSE_METRICS_TENANT_LABEL"] = "on"
        for slug in ["shop", "blog"] { _ = try await Program.admin("tenant", "create", slug, in: place) }
        try await place.serving { _ in
            for slug in ["shop", "blog"] { try await someTraffic(at: place, tenant: slug) }
            let logIn = "\(place.url)/t/shop/v1/login"
            for method in ["OPTIONS", "DELETE"] { _ = try await HTTP.send(method, logIn) }
            // The connection may end before the client has sent all of it.
            _ = try? await HTTP.send("POST", logIn, body: Data(count: 20_000))
            let scrape = try await Scrape.of(place)
            for family in ["gatehouse_http_requests_total", "gatehouse_login_total", "gatehouse_refresh_total"] {
                #expect(scrape.values(of: "tenant", in: family).subtracting(["", "other"]) == ["shop", "blog"])
            }
            #expect(scrape[#"gatehouse_login_total{tenant="blog",outcome="succeeded"}"#] == 1)
            // What no endpoint was asked for is nobody's, however many paths and methods somebody tries.
            for (method, status) in [("OPTIONS", 204), ("other", 405), ("POST", 413)] {
                let labels = "route=\"/t/{tenant}/v1/login\",method=\"\(method)\",status=\"\(status)\""
                #expect(scrape["gatehouse_http_requests_total{tenant=\"\",\(labels)}"] != nil, "\(method)")
                #expect(scrape["gatehouse_http_requests_total{tenant=\"shop\",\(labels)}"] == nil, "\(method)")
            }
            #expect(!scrape.text.contains(#"{tenant="shop",route="other""#))
            #expect(scrape["gatehouse_metrics_refused_total"] == 0)
        }
    }

    @Test("promtool has nothing to say against what is printed", .enabled(if: Promtool.path != nil))
    func promtool() async throws {
        let place = try await Installation.migrated()
        _ = try await Program.admin("tenant", "create", "shop", in: place)
        try await place.serving { _ in
            try await someTraffic(at: place)
            let text = try await Scrape.of(place).text
            let complaints = try await Promtool.complaints("check", "metrics", input: text)
            #expect(complaints == "")
        }
    }

    @Test("What is printed is what is defined, and nothing else")
    func catalogue() async throws {
        let place = try await Installation.migrated()
        try await place.serving { _ in
            let printed = try await Scrape.of(place).families
            #expect(printed == Set(MetricCatalogue.definitions().map(\.name)))
        }
    }
}
