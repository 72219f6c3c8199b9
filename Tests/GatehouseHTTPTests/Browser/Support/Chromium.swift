import Foundation
import NIOCore
import NIOPosix

/// A headless Chromium with a profile of its own, steered over a pair of pipes. It ends when they are closed, so that it
/// doesn't outlive a test process that was killed.
enum Chromium {
    /// Nil when none is installed.
    static var path: String? {
        [
            "/usr/bin/chromium", "/usr/bin/google-chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        ].first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static func run<R: Sendable>(
        at path: String, _ body: @Sendable @escaping (DevTools) async throws -> R
    ) async throws -> R {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gatehouse-chromium-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (toBrowser, fromBrowser) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        // Chromium takes its commands from descriptor 3 and answers on 4.
        process.arguments =
            ["-c", #"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#, path] + arguments(profile: folder.path)
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder.path]
        process.standardInput = toBrowser.fileHandleForReading
        process.standardOutput = fromBrowser.fileHandleForWriting
        let (endings, ended) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in ended.finish() }
        try process.run()
        let id = process.processIdentifier
        try toBrowser.fileHandleForReading.close()
        try fromBrowser.fileHandleForWriting.close()

        let outcome: Result<R, any Error>
        do {
            outcome = .success(try await converse(from: fromBrowser, to: toBrowser, body))
        } catch {
            outcome = .failure(error)
        }
        await wait(for: endings, of: id)
        try? FileManager.default.removeItem(at: folder)
        return try outcome.get()
    }

    /// Nothing but loopback can be reached. Names below `test` stand for hosts of the web, which unlike localhost a
    /// browser doesn't trust without TLS.
    private static func arguments(profile: String) -> [String] {
        [
            "--headless=new", "--remote-debugging-pipe", "--user-data-dir=\(profile)", "--no-first-run",
            "--no-default-browser-check", "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
            "--host-resolver-rules=MAP *.test 127.0.0.1, MAP localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ] + (getuid() == 0 ? ["--no-sandbox"] : [])
    }

    private static func converse<R: Sendable>(
        from input: Pipe, to output: Pipe, _ body: @Sendable @escaping (DevTools) async throws -> R
    ) async throws -> R {
        let descriptors = [input.fileHandleForReading, output.fileHandleForWriting].map {
            fcntl($0.fileDescriptor, F_DUPFD_CLOEXEC, 0)
        }
        try input.fileHandleForReading.close()
        try output.fileHandleForWriting.close()
        let channel = try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .takingOwnershipOfDescriptors(input: descriptors[0], output: descriptors[1]) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            let tools = DevTools(outbound)
            return try await withThrowingTaskGroup(of: R?.self) { group in
                group.addTask {
                    await tools.listen(to: inbound)
                    return nil
                }
                group.addTask {
                    let result = try await body(tools)
                    _ = try await tools.call("Browser.close")
                    return result
                }
                defer { group.cancelAll() }
                while let result = try await group.next() {
                    if let result { return result }
                }
                throw DevTools.Failure(description: "Chromium has ended")
            }
        }
    }

    /// It has been told to end, or its pipes are closed. After half a minute it is ended, with its children.
    private static func wait(for endings: AsyncStream<Void>, of id: pid_t) async {
        let guardian = Task {
            try await Task.sleep(for: .seconds(30))
            kill(-id, SIGKILL)
            kill(id, SIGKILL)
        }
        for await _ in endings {}
        guardian.cancel()
    }
}
