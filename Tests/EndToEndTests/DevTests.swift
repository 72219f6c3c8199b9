import Foundation
import TestSupport
import Testing

@Suite("gatehouse dev", .timeLimit(.minutes(10)))
struct DevTests {
    /// A data folder of its own, and `gatehouse dev` in it.
    struct Sandbox: ~Copyable {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gatehouse-dev-\(UUID().uuidString)")
        let port = FreePort.take()
        let opsPort = FreePort.take()

        var arguments: [String] { ["dev", "--listen", "127.0.0.1:\(port)", "--data-dir", folder.path] }

        init() throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path)
        }

        deinit {
            try? FileManager.default.removeItem(at: folder)
        }

        /// Waits as long as a test here may take: a new cluster is written through to the disk, however slow that is. `command` is what
        /// runs the program, where it isn't started itself.
        func start(by command: [String] = [], with settings: [String: String] = [:]) async throws -> RunningProgram {
            let all = command + [Program.path] + arguments
            let running = try RunningProgram(
                all[0], Array(all.dropFirst()),
                environment: settings.merging(["GATEHOUSE_OPS_LISTEN": "127.0.0.1:\(opsPort)"]) { $1 })
            do {
                try await eventually("the tour", within: .seconds(600)) {
                    if running.output.contains("tenant create shop") { return true }
                    guard !running.hasEnded else { throw NotInTime(description: "no tour: \(running.errors)") }
                    return nil
                }
            } catch {
                running.send(SIGKILL)
                throw error
            }
            return running
        }

        /// The process of its PostgreSQL, which names the data folder on its command line.
        func postgres() throws -> pid_t? {
            let file = folder.appending(path: "postgres/data/postmaster.pid")
            guard let text = try? String(contentsOf: file, encoding: .utf8) else { return nil }
            return text.split(separator: "\n").first.flatMap { pid_t($0) }
        }
    }

    @Test("starts from nothing, prints commands that work as they stand, and comes back with its data")
    func tour() async throws {
        let sandbox = try Sandbox()
        let first = try await sandbox.start()
        #expect(first.output.contains("  \(Program.path) admin tenant create shop"))
        let commands = first.output.split(separator: "\n").filter { $0.hasPrefix("  ") }.joined(separator: "\n")
        let shell = try RunningProgram(
            "/bin/sh", ["-ec", commands], environment: ["GATEHOUSE_MASTER_KEY": "of another"])
        #expect(await shell.waitForEnd() == 0, "\(shell.errors)")
        #expect(shell.output.contains(#""email":"ada@example.com""#))
        #expect(shell.output.contains(#""refresh_expires_in""#))
        #expect(!shell.output.contains(#""status":4"#), "\(shell.output)")
        #expect(shell.output.contains("retired"))
        first.send(SIGINT)
        #expect(await first.waitForEnd() == 0, "\(first.errors)")
        #expect(try sandbox.postgres() == nil)

        let second = try await sandbox.start()
        let login = try await HTTP.post(
            "http://127.0.0.1:\(sandbox.port)/t/demo/v1/login",
            ["email": "ada@example.com", "password": "vivid-Otter47-lintel"])
        #expect(login.status == 200)
        second.send(SIGTERM)
        #expect(await second.waitForEnd() == 0)
    }

    @Test("tells another terminal what was set of what admin commands go by")
    func environment() async throws {
        let sandbox = try Sandbox()
        let given = ["GATEHOUSE_JWKS_MAX_AGE": "0s", "GATEHOUSE_ARGON2": "m=64,t=1,p=1"]
        let running = try await sandbox.start(with: given)
        let file = sandbox.folder.appending(path: "env").path
        let commands = ". '\(file)'; echo \"$GATEHOUSE_ARGON2\"; '\(Program.path)' admin keys rotate demo"
        let shell = try await Program.run(["-ec", commands], program: "/bin/sh")
        #expect(shell.status == 0, "\(shell.errors)")
        #expect(shell.output.hasPrefix("m=64,t=1,p=1\n"), "\(shell.output)")
        running.send(SIGTERM)
        #expect(await running.waitForEnd() == 0)
    }

    @Test("keeps its key and settings from others, and stops its PostgreSQL even when it is killed")
    func killed() async throws {
        let sandbox = try Sandbox()
        let running = try await sandbox.start()
        for file in ["env", "master-key"] {
            let path = sandbox.folder.appending(path: file).path
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        let postgres = try #require(try sandbox.postgres())
        running.send(SIGKILL)
        _ = await running.waitForEnd()
        _ = try await eventually("the end of PostgreSQL") { kill(postgres, 0) == 0 ? nil : true }
    }

    @Test("ends with its PostgreSQL, and says so")
    func databaseEnds() async throws {
        let sandbox = try Sandbox()
        let running = try await sandbox.start()
        kill(try #require(try sandbox.postgres()), SIGINT)
        #expect(await running.waitForEnd() == 1)
        #expect(running.errors.contains("PostgreSQL has ended by itself"))
        #expect(!running.errors.contains("CancellationError"), "\(running.errors)")
    }

    /// Root's tests can also be somebody else, where that one may enter the folder of the build.
    static let stepDown = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
    static let canStepDown: Bool = {
        guard geteuid() == 0, FileManager.default.isExecutableFile(atPath: stepDown[0]) else { return false }
        let trial = Process()
        trial.executableURL = URL(filePath: stepDown[0])
        trial.arguments = stepDown.dropFirst() + [Program.path, "--version"]
        trial.standardOutput = FileHandle.nullDevice
        trial.standardError = FileHandle.nullDevice
        try? trial.run()
        trial.waitUntilExit()
        return trial.terminationStatus == 0
    }()

    @Test("works for an ordinary user", .enabled(if: canStepDown))
    func ordinaryUser() async throws {
        let sandbox = try Sandbox()
        try FileManager.default.setAttributes(
            [.ownerAccountID: 65534, .groupOwnerAccountID: 65534], ofItemAtPath: sandbox.folder.path)
        let running = try await sandbox.start(by: Self.stepDown)
        let registered = try await HTTP.post(
            "http://127.0.0.1:\(sandbox.port)/t/demo/v1/register",
            ["email": "ada@example.com", "password": "vivid-Otter47-lintel"])
        #expect(registered.status == 201)
        running.send(SIGTERM)
        #expect(await running.waitForEnd() == 0)
    }

    @Test("says in one line that its address is taken, before it starts anything")
    func takenPort() async throws {
        let sandbox = try Sandbox()
        let running = try await sandbox.start()
        let second = try await Program.run(sandbox.arguments)
        running.send(SIGTERM)
        #expect(await running.waitForEnd() == 0)
        #expect(second.status == 1)
        #expect(second.errors.split(separator: "\n").count == 1)
        #expect(second.errors.contains("--listen"))
    }
}
