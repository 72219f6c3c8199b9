import Foundation
import Prometheus
import Testing

@Suite("The metrics of the process", .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/stat")))
struct ProcessMetricsTests {
    private let registry: PrometheusRegistry

    init() throws {
        registry = try PrometheusRegistry(ProcessMetrics.definitions)
        ProcessMetrics.read(by: registry)
    }

    private func value(_ name: String) throws -> Double {
        let line = try #require(registry.text().split(separator: "\n").first { $0.hasPrefix("\(name) ") })
        return try #require(Double(line.dropFirst(name.count + 1)))
    }

    @Test("The start is after the program was built, and before the system first showed this process to anybody")
    func startTime() throws {
        let start = Date(timeIntervalSince1970: try value("process_start_time_seconds"))
        // The system's own start is known to the second.
        #expect(start > (try changed("/proc/self/exe")).addingTimeInterval(-1.5))
        #expect(start < (try changed("/proc/\(ProcessInfo.processInfo.processIdentifier)")).addingTimeInterval(1.5))
    }

    private func changed(_ path: String) throws -> Date {
        let file = URL(filePath: path).resolvingSymlinksInPath().path
        return try #require(FileManager.default.attributesOfItem(atPath: file)[.modificationDate] as? Date)
    }

    @Test("CPU time grows by what is computed")
    func cpuTime() throws {
        let before = try value("process_cpu_seconds_total")
        var digits = 0
        while try value("process_cpu_seconds_total") < before + 0.05 {
            digits += Double.random(in: 0...1).description.count
        }
        #expect(digits > 0)
    }

    @Test("Memory is counted in bytes")
    func memory() throws {
        let before = try value("process_resident_memory_bytes")
        let size = 64 << 20
        let block = [UInt8](repeating: 1, count: size)
        #expect(try value("process_resident_memory_bytes") > before + Double(size) / 2)
        #expect(try value("process_virtual_memory_bytes") >= value("process_resident_memory_bytes"))
        #expect(block.last == 1)
    }

    @Test("Open files are those that are open, of as many as the system allows")
    func descriptors() throws {
        let listed = { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count - 1 }
        let (before, known) = (try listed(), try value("process_open_fds"))
        let handles = try (0..<5).map { _ in try FileHandle(forReadingFrom: URL(filePath: "/dev/null")) }
        #expect(abs(known - Double(before)) <= 2)
        #expect(try value("process_open_fds") >= known + 3)
        #expect(try value("process_max_fds") >= value("process_open_fds"))
        for handle in handles { try handle.close() }
    }
}
