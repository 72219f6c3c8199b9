import Foundation
import Testing

@testable import GatehouseCommand

/// Runs a program as the first of its processes, as a container does.
private let container = "/usr/bin/unshare"
private let containerFlags = ["--user", "--map-root-user", "--pid", "--fork", "--kill-child"]

@Suite("The terminal")
struct TerminalTests {
    @Test("shows again what is typed after a password prompt was interrupted", arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) async throws {
        let (controller, terminal) = try Self.pseudoTerminal()
        let program = try RunningProgram(
            Program.path, Self.asksForPassword, environment: Self.environment, terminal: terminal)
        _ = try await eventually("the prompt") { Self.showsTyping(terminal) ? nil : true }
        program.send(signal)
        #expect(await program.waitForEnd() == 128 + signal)
        #expect(Self.showsTyping(terminal))
        try controller.close()
    }

    @Test(
        "ends a password prompt also as the first process of a container, which a signal doesn't end by itself",
        .enabled(if: TerminalTests.mayContain), arguments: [SIGINT, SIGTERM])
    func interruptedInContainer(signal: Int32) async throws {
        let (controller, terminal) = try Self.pseudoTerminal()
        let contained = try RunningProgram(
            container, containerFlags + [Program.path] + Self.asksForPassword, environment: Self.environment,
            terminal: terminal)
        _ = try await eventually("the prompt") { Self.showsTyping(terminal) ? nil : true }
        kill(try Self.onlyChild(of: contained.id), signal)
        #expect(await contained.waitForEnd() == 128 + signal)
        #expect(Self.showsTyping(terminal))
        try controller.close()
    }

    @Test("What a full pipe doesn't take at once is written when it does")
    func fullPipe() async throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        #expect(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
        let text = String(repeating: "gatehouse\n", count: 100_000)
        Thread.detachNewThread {
            try? Terminal.write(text, to: descriptor)
            try? pipe.fileHandleForWriting.close()
        }
        #expect(try pipe.fileHandleForReading.readToEnd() == Data(text.utf8))
    }

    private static let asksForPassword = ["admin", "user", "create", "shop", "--email", "ada@example.com"]
    private static let environment = ["GATEHOUSE_OWNER_DATABASE_URL": "postgres://owner@127.0.0.1:1/gatehouse"]

    /// Whether the user may do that here.
    static let mayContain: Bool = {
        let trial = Process()
        trial.executableURL = URL(filePath: container)
        trial.arguments = containerFlags + ["true"]
        trial.standardError = FileHandle.nullDevice
        guard (try? trial.run()) != nil else { return false }
        trial.waitUntilExit()
        return trial.terminationStatus == 0
    }()

    private static func onlyChild(of process: pid_t) throws -> pid_t {
        let children = try String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
        return try #require(pid_t(children.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    private static func pseudoTerminal() throws -> (controller: FileHandle, terminal: FileHandle) {
        let controller = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(controller >= 0)
        let terminal = open(try name(ofTerminalOf: controller), O_RDWR | O_NOCTTY | O_CLOEXEC)
        try #require(terminal >= 0)
        return (
            FileHandle(fileDescriptor: controller, closeOnDealloc: true),
            FileHandle(fileDescriptor: terminal, closeOnDealloc: true)
        )
    }

    private static func name(ofTerminalOf controller: Int32) throws -> String {
        #if canImport(Darwin)
            try #require(grantpt(controller) == 0 && unlockpt(controller) == 0)
            return String(cString: try #require(ptsname(controller)))
        #else
            // Glibc's functions for this are not visible to Swift; these are TIOCSPTLCK and TIOCGPTN.
            var (locked, number): (Int32, Int32) = (0, 0)
            try #require(ioctl(controller, 0x4004_5431, &locked) == 0 && ioctl(controller, 0x8004_5430, &number) == 0)
            return "/dev/pts/\(number)"
        #endif
    }

    private static func showsTyping(_ terminal: FileHandle) -> Bool {
        var attributes = termios()
        return tcgetattr(terminal.fileDescriptor, &attributes) == 0 && attributes.c_lflag & tcflag_t(ECHO) != 0
    }
}
