import CoreMetrics
import Foundation
import Prometheus
import Testing

@Suite("promtool", .enabled(if: Promtool.path != nil, "Debian's package prometheus has it"))
struct PromtoolTests {
    @Test("promtool check metrics reads what is printed and has nothing to say against it")
    func check() throws {
        let registry = try PrometheusRegistry(
            ProcessMetrics.definitions + [
                MetricDefinition(.counter, "jobs_total", labels: ["text"], help: "Odd: \\ \n \" é."),
                MetricDefinition(
                    .histogram(buckets: MetricDefinition.usualBuckets), "wait_seconds", labels: ["text"],
                    help: "How long it waits."),
                MetricDefinition(.counter, "rare_total", labels: ["why"], help: "Has no series."),
            ])
        ProcessMetrics.read(by: registry)
        for text in ["", "a\\b", "line\nend", "\"", "é{}=,", "x\r"] {
            Counter(label: "jobs_total", dimensions: [("text", text)], factory: registry).increment()
            Timer(label: "wait_seconds", dimensions: [("text", text)], factory: registry).recordNanoseconds(1_234_567)
        }
        #expect(try Promtool.complaints(about: registry.text()) == "")
    }

    @Test("promtool does complain of a text that is none")
    func nonsense() throws {
        #expect(try Promtool.complaints(about: "jobs_total{text=\"open} 1\n") != "")
    }
}

enum Promtool {
    static let path = ["/usr/bin/promtool", "/usr/local/bin/promtool", "/opt/homebrew/bin/promtool"]
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// What `promtool check metrics` says of a text; nothing when it is content.
    static func complaints(about text: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: path ?? "")
        process.arguments = ["check", "metrics"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let complaints = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return process.terminationStatus == 0 ? complaints : "status \(process.terminationStatus): \(complaints)"
    }
}
