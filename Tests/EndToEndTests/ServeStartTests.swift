import Foundation
import Gatehouse
import NIOCore
import ServiceLifecycle
import TestSupport
import Testing

@testable import GatehouseCommand

@Suite("The start of gatehouse serve")
struct ServeStartTests {
    @Test("It refuses to start on what would fail later, in one line that says why, and without serving")
    func refusals() async throws {
        let place = try await Installation.migrated()
        let tenant = try await Program.admin("tenant", "create", "shop", in: place)
        #expect(tenant.status == 0)
        let unmigrated = try await Installation.empty()
        let nowhere = "postgres://u:hunter2@127.0.0.1:\(FreePort.take())/gatehouse"
        let cases: [(environment: [String: String], reason: String)] = [
            (["DATABASE_URL": place.database.superuserURL], "The role of DATABASE_URL is a superuser, "),
            (
                ["DATABASE_URL": place.database.ownerURL],
                "The role of DATABASE_URL owns tables or is a member of their owner"
            ),
            (
                ["GATEHOUSE_MASTER_KEY": MasterKey.generate().base64],
                "The master key is not the one that this database's signing keys were sealed with: "
            ),
            (
                ["DATABASE_URL": unmigrated.database.serviceURL],
                "The database is at schema version 0, this program needs "
            ),
            (["DATABASE_URL": nowhere], "PostgreSQL can't be reached: "),
        ]
        for (environment, reason) in cases {
            let outcome = try await Program.run(["serve"], place.environment.merging(environment) { $1 })
            #expect(outcome.status == 1, "\(reason)")
            #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
            #expect(outcome.errors.hasPrefix("gatehouse: \(reason)"), "\(outcome.errors)")
            #expect(!outcome.errors.contains("hunter2"))
        }
    }

    @Test("It refuses to start on a database that can't hold everybody's names, and says how one is made that can")
    func encoding() async throws {
        let place = try await Installation.empty(encoding: "LATIN1")
        let outcome = try await Program.run(["serve"], place.environment)
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasPrefix("gatehouse: The database's encoding is LATIN1, "), "\(outcome.errors)")
        #expect(outcome.errors.contains("createdb --encoding=UTF8 --template=template0"), "\(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1)
    }

    @Test("It warns of a database that takes bytes for characters, and serves")
    func bytesForCharacters() async throws {
        let place = try await Installation.migrated(encoding: "SQL_ASCII")
        try await place.serving { service in
            try await eventually("the line behind it") { service.errors.contains("Serving.") ? true : nil }
            #expect(service.errors.contains("The database's encoding is SQL_ASCII, "), "\(service.errors)")
        }
    }

    @Test("A taken port is told in one line that names --listen")
    func takenPort() async throws {
        let place = try await Installation.migrated()
        try await place.serving { _ in
            let second = try await Program.run(["serve"], place.environment)
            #expect(second.status == 1)
            #expect(second.errors.split(separator: "\n").count == 1)
            #expect(second.errors.contains("--listen"))
        }
    }

    @Test("An operations listener within the service's own address is told in one line")
    func ownPort() async throws {
        let place = try await Installation.migrated()
        let listen = ["GATEHOUSE_LISTEN": "0.0.0.0:\(place.port)", "GATEHOUSE_OPS_LISTEN": "127.0.0.1:\(place.port)"]
        let outcome = try await Program.run(["serve"], place.environment.merging(listen) { $1 })
        #expect(outcome.status == 1)
        #expect(
            outcome.errors == """
                gatehouse: Can't listen on 127.0.0.1:\(place.port): the service itself listens there. \
                Choose another address with GATEHOUSE_OPS_LISTEN=HOST:PORT.

                """)
    }

    @Test("A service on every address warns, once, where nothing says what its issuers are to be made of")
    func unnamed() async throws {
        let place = try await Installation.migrated()
        let everywhere = ["GATEHOUSE_LISTEN": "0.0.0.0:\(place.port)"]
        let named = everywhere.merging(["GATEHOUSE_PUBLIC_URL": "https://login.example.com"]) { $1 }
        let cases: [([String: String], Int)] = [(everywhere, 1), (named, 0), ([:], 0)]
        for (environment, count) in cases {
            try await place.serving(environment) { service in
                try await eventually("the line behind it") { service.errors.contains("Serving.") ? true : nil }
                let warnings = service.errors.split(separator: "\n").filter { $0.contains("GATEHOUSE_PUBLIC_URL") }
                #expect(warnings.count == count, "\(environment): \(service.errors)")
            }
        }
    }

    @Test("It warns of a variable that is called like a setting and is none, by its name alone, and serves")
    func unknownVariable() async throws {
        let place = try await Installation.migrated()
        try await place.serving(["GATEHOUSE_TRUSTED_PROXY": "hunter2"]) { service in
            try await eventually("the line behind it") { service.errors.contains("Serving.") ? true : nil }
            let lines = service.errors.split(separator: "\n").filter { $0.contains("GATEHOUSE_TRUSTED_PROXY") }
            #expect(lines.count == 1 && lines.allSatisfy { $0.contains("warning") }, "\(service.errors)")
            #expect(!service.errors.contains("hunter2"))
        }
    }

    private struct FailingListener: Service {
        let error: any Error & Sendable

        func run() async throws { throw error }
    }

    @Test("A port that is taken after it was tried is told in the same words, and any other error as it is")
    func takenMeanwhile() async throws {
        let place = ListenPlace(listen: try ListenAddress(parsing: "127.0.0.1:8080"))
        let failure = await #expect(throws: Failure.self) {
            try await ListeningService(
                listener: FailingListener(error: IOError(errnoCode: EADDRINUSE, reason: "bind")), place: place
            ).run()
        }
        #expect(
            failure?.message == """
                Can't listen on 127.0.0.1:8080: another program listens there. Choose another address with --listen HOST:PORT.
                """)
        await #expect(throws: CancellationError.self) {
            try await ListeningService(listener: FailingListener(error: CancellationError()), place: place).run()
        }
    }

    /// What PostgreSQL says, where it says it, and no password in any case.
    @Test("It says why it can't get into the database")
    func whyNot() async throws {
        let place = try await Installation.migrated()
        let (url, name) = (place.database.serviceURL, place.database.name)
        let nowhere = "postgres://u:hunter2@127.0.0.1:\(FreePort.take())/gatehouse"
        let cases = [
            (url.replacing("gh_service", with: "gh_nobody"), "\"gh_nobody\""),
            (url.replacing(name, with: "\(name)_gone"), "database \"\(name)_gone\" does not exist"),
            (nowhere, "Connection refused"), ("\(nowhere)?sslmod=disable", "its address can't be used"),
        ]
        for (address, reason) in cases {
            let outcome = try await Program.run(
                ["serve"], place.environment.merging(["DATABASE_URL": address]) { $1 })
            #expect(outcome.status == 1)
            #expect(outcome.errors.hasPrefix("gatehouse: PostgreSQL can't be reached: "), "\(outcome.errors)")
            #expect(outcome.errors.contains(reason), "\(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1)
            #expect(!outcome.errors.contains("hunter2"))
        }
    }
}
