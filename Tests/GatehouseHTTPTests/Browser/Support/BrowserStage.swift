import Gatehouse
import GatehouseHTTP
import TestSupport
import Testing

/// A browser, the service on one port of `localhost`, and pages on two others: those of an app, and a neighbour's.
struct BrowserStage: Sendable {
    let tools: DevTools
    let service: RunningService
    let app: PageServer
    let neighbour: PageServer

    var origin: String { "http://localhost:\(service.port)" }

    /// What the tests of the suite share.
    @TaskLocal static var current: BrowserStage?

    static func run(_ body: @Sendable @escaping (BrowserStage) async throws -> Void) async throws {
        let path = try #require(Chromium.path)
        let port = FreePort.take()
        try await RunningService.run {
            $0.http.publicURL = "http://localhost:\(port)"
            $0.http.port = port
            $0.hearsOfChanges = true
        } _: { service in
            try await PageServer.run { app in
                try await PageServer.run { neighbour in
                    try await Chromium.run(at: path) { tools in
                        try await body(
                            BrowserStage(tools: tools, service: service, app: app, neighbour: neighbour))
                    }
                }
            }
        }
    }
}

/// Sets the stage for a suite.
struct BrowserStageTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        try await withoutActuallyEscaping(function) { function in
            try await BrowserStage.run { stage in
                try await BrowserStage.$current.withValue(stage) { try await function() }
            }
        }
    }
}

extension Trait where Self == BrowserStageTrait {
    static var browserStage: Self { Self() }
}
