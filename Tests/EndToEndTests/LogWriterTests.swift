import Foundation
import Testing

@testable import GatehouseCommand

@Suite("The log's writer", .timeLimit(.minutes(2)))
struct LogWriterTests {
    @Test("never waits for a reader: beyond its bound it drops lines, and says how many in their place")
    func bounded() async throws {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor, limit: 100_000)
        let lines = (0..<10_000).map { "line \($0) \(String(repeating: "x", count: 90))" }
        for line in lines { writer.write(line) { "dropped \($0)" } }
        // Nobody has read a byte so far, so at most the pipe's buffer and what waits twice over can have been taken.
        let reader = Task.detached { try pipe.fileHandleForReading.readToEnd() ?? Data() }
        writer.flush(within: .seconds(30))
        writer.write("the end") { "dropped \($0)" }
        writer.flush(within: .seconds(30))
        try pipe.fileHandleForWriting.close()
        let read = String(decoding: try await reader.value, as: UTF8.self).split(separator: "\n").map(String.init)
        // The writer may take what waits at any time, so that there may be more than one gap.
        var (kept, next) = (0, 0)
        for line in read.dropLast() {
            if line.hasPrefix("dropped ") {
                next += try #require(Int(line.dropFirst(8)))
            } else {
                #expect(next < lines.count && line == lines[next])
                (kept, next) = (kept + 1, next + 1)
            }
        }
        #expect(next == lines.count)
        #expect(kept > 500 && kept < 5_000)
        #expect(read.last == "the end")
    }

    @Test("doesn't keep a program from ending whose log nobody reads")
    func end() async throws {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        writer.write(String(repeating: "x", count: 1 << 20)) { "dropped \($0)" }
        writer.flush(within: .milliseconds(10))
        // Had it waited for the line to be taken, nobody would read it here.
        let reader = Task.detached { try pipe.fileHandleForReading.readToEnd() }
        writer.flush(within: .seconds(30))
        try pipe.fileHandleForWriting.close()
        #expect(try await reader.value?.count == (1 << 20) + 1)
    }

    @Test("writes what waits for other lines as soon as it is flushed")
    func flushed() throws {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor, delay: .seconds(3600))
        writer.write("a line") { "dropped \($0)" }
        writer.flush(within: .seconds(30))
        try pipe.fileHandleForWriting.close()
        #expect(try pipe.fileHandleForReading.readToEnd() == Data("a line\n".utf8))
    }

    @Test("A line is lost unless all of its text was written, and one that told of dropped lines counts as those")
    func lost() {
        var lines = LogLines()
        lines.append(Array("one".utf8))
        lines.append(Array("note".utf8), tellingOf: 5)
        lines.append(Array("two".utf8))
        let written = [0, 2, 3, 4, 7, 8, 9, 11, 12, 13]
        #expect(written.map(lines.lost) == [7, 7, 6, 6, 6, 1, 1, 1, 0, 0])
        #expect(written.dropFirst().map(lines.isCut) == [true, true, false, true, true, false, true, true, false])
    }

    #if os(Linux)
        @Test("counts what the system refuses to write, until it can be told")
        func refused() throws {
            let descriptor = open("/dev/full", O_WRONLY | O_CLOEXEC)
            try #require(descriptor >= 0)
            defer { close(descriptor) }
            let writer = LogWriter(descriptor: descriptor)
            for number in 0..<3 { writer.write("line \(number)") { "dropped \($0)" } }
            writer.flush(within: .seconds(30))
            // With this one the line that tells of the others is refused too.
            writer.write("line 3") { "dropped \($0)" }
            writer.flush(within: .seconds(30))
            let pipe = Pipe()
            #expect(dup2(pipe.fileHandleForWriting.fileDescriptor, descriptor) == descriptor)
            writer.write("the end") { "dropped \($0)" }
            writer.flush(within: .seconds(30))
            #expect(pipe.fileHandleForReading.availableData == Data("dropped 4\nthe end\n".utf8))
        }

        @Test("Where a disk was full the log says how many lines are missing, and none stands behind half of another")
        func noRoom() async throws {
            let place = try await Installation.migrated()
            let log = FileManager.default.temporaryDirectory.appending(path: "gatehouse-log-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: log) }
            // The file takes 16 KiB, which are some 60 lines.
            let limited = "trap '' XFSZ; ulimit -f 32; exec \"$0\" serve 2>>\"$1\""
            let service = try RunningProgram(
                "/bin/sh", ["-c", limited, Program.path, log.path],
                environment: place.environment.merging(["GATEHOUSE_LOG_LEVEL": "info"]) { $1 })
            defer { service.send(SIGKILL) }
            _ = try await eventually("the service") { try? await HTTP.get("\(place.url)/healthz") }
            for _ in 0..<200 { _ = try await HTTP.get("\(place.url)/t/nobody/v1/me") }
            let full = try await eventually("the file's limit") {
                let contents = try Data(contentsOf: log)
                return contents.count == 16_384 ? contents : nil
            }
            let file = try FileHandle(forWritingTo: log)
            try file.truncate(atOffset: 0)
            try file.close()
            _ = try await HTTP.get("\(place.url)/t/nobody/v1/me")
            service.send(SIGTERM)
            #expect(await service.waitForEnd() == 0)

            let rest = try Data(contentsOf: log)
            let lines = (full + rest).split(separator: UInt8(ascii: "\n"))
            let objects = lines.compactMap { try? JSONSerialization.jsonObject(with: Data($0)) as? [String: Any] }
            let answered = objects.count { $0["route"] as? String == "/t/{tenant}/v1/me" }
            let dropped = objects.compactMap { $0["lines"] as? Int }
            #expect(dropped.count == 1)
            #expect(dropped.reduce(answered, +) == 201)
            // But for the one that was cut, each is whole.
            #expect(lines.count - objects.count <= 1)
        }
    #endif

    @Test("A service whose log nobody reads goes on serving, and ends when asked to")
    func stalled() async throws {
        let place = try await Installation.migrated()
        let pipe = Pipe()
        let service = try RunningProgram(
            Program.path, ["serve"],
            environment: place.environment.merging(["GATEHOUSE_LOG_LEVEL": "trace"]) { $1 },
            terminal: pipe.fileHandleForWriting)
        do {
            _ = try await eventually("the service") { try? await HTTP.get("\(place.url)/healthz") }
            // A line has some 300 bytes, and a pipe holds 64 KiB.
            for _ in 0..<500 { #expect(try await HTTP.get("\(place.url)/t/nobody/v1/me").status == 404) }
            service.send(SIGTERM)
            #expect(await service.waitForEnd() == 0)
        } catch {
            service.send(SIGKILL)
            throw error
        }
        try pipe.fileHandleForWriting.close()
        let read = try #require(try pipe.fileHandleForReading.readToEnd())
        // What a pipe takes before it is full, in pages that needn't be.
        #expect(read.count >= 32_768)
    }

    @Test("What was logged before the end is written before the end")
    func complete() async throws {
        let place = try await Installation.migrated()
        let log = try await place.serving(["GATEHOUSE_LOG_LEVEL": "info"]) { service in
            for _ in 0..<50 { _ = try await HTTP.get("\(place.url)/t/nobody/v1/me") }
            return service
        }
        let lines = log.errors.split(separator: "\n")
        #expect(lines.filter { $0.contains(#""route":"/t/{tenant}/v1/me""#) }.count == 50)
        let line = try #require(lines.last { $0.contains("answered") })
        let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8))
        let object = try #require(parsed as? [String: Any])
        #expect(
            Set(object.keys) == [
                "time", "level", "message", "request_id", "method", "route", "status", "duration_ms", "tenant",
                "trace_id",
            ])
        #expect(object["status"] as? Int == 404 && object["duration_ms"] is Double)
    }
}

extension LogWriter {
    fileprivate func write(_ line: String, noteDropped: (Int) -> String) {
        write(Array(line.utf8)) { Array(noteDropped($0).utf8) }
    }
}
