import Foundation
import Testing

@testable import GatehouseCommand

@Suite("The tour of gatehouse dev")
struct DevTourTests {
    @Test("names the program so that it is found from any folder")
    func program() {
        #expect(DevTour.program("gatehouse", in: "/home/ada") == "gatehouse")
        #expect(DevTour.program("/usr/bin/gatehouse", in: "/home/ada") == "/usr/bin/gatehouse")
        #expect(DevTour.program(".build/release/gatehouse", in: "/home/ada") == "/home/ada/.build/release/gatehouse")
    }
}

@Suite("The mails of gatehouse dev")
struct DevMailTests {
    @Test("are shown in the terminal unless something else is set, and an empty variable sets nothing")
    func sink() {
        for variable in ["GATEHOUSE_SMTP_URL", "GATEHOUSE_MAIL_SINK"] {
            #expect(Dev.mailSink(besides: [variable: "x"]) == nil)
            #expect(Dev.mailSink(besides: [variable: ""]) == "stdout")
        }
        #expect(Dev.mailSink(besides: [:]) == "stdout")
    }
}

@Suite("The folder of gatehouse dev", .timeLimit(.minutes(1)))
struct DevFolderTests {
    @Test("has one master key, whoever of many came first")
    func atOnce() async throws {
        for _ in 1...20 {
            let path = FileManager.default.temporaryDirectory.appending(path: "gatehouse-dev-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let keys = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 1...8 {
                    group.addTask {
                        try String(contentsOfFile: DevFolder(path: path).masterKeyFile, encoding: .utf8)
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(keys.count == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["master-key"])
        }
    }

    /// In a folder of its own, which is removed.
    private func inFolder(_ body: (_ path: String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "gatehouse-dev-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try await body(path)
        try FileManager.default.removeItem(atPath: path)
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("keeps the permissions of a folder that is there, and closes one that it makes")
    func permissions() async throws {
        try await inFolder { path in
            for there in [0o755, 0o700, 0o711] {
                try FileManager.default.setAttributes([.posixPermissions: there], ofItemAtPath: path)
                _ = try DevFolder(path: path)
                #expect(try mode(path) == there)
            }
            _ = try DevFolder(path: "\(path)/new/folder/")
            #expect(try mode("\(path)/new/folder") == (geteuid() == 0 ? 0o711 : 0o700))
        }
    }

    @Test("is refused where others may write to it, and stays as it is", arguments: [0o1777, 0o775, 0o757])
    func shared(mode shared: Int) async throws {
        try await inFolder { path in
            try FileManager.default.setAttributes([.posixPermissions: shared], ofItemAtPath: path)
            let outcome = try await Program.run(["dev", "--data-dir", path])
            #expect(outcome.status == 1)
            #expect(
                outcome.errors == """
                    gatehouse: Can't use the folder \(path): others may write to it. Choose another with --data-dir, such as \
                    \(path)/gatehouse.

                    """)
            #expect(try mode(path) == shared)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        }
    }

    @Test("is refused to root where it is somebody else's", .enabled(if: geteuid() == 0))
    func foreign() async throws {
        try await inFolder { path in
            try FileManager.default.setAttributes([.ownerAccountID: 65534], ofItemAtPath: path)
            let refusal = #expect(throws: Failure.self) { try DevFolder(path: path) }
            #expect(
                refusal?.message == """
                    Can't use the folder \(path): it belongs to another user (65534). Choose another with --data-dir.
                    """)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        }
    }

    @Test("has settings that take back in a shell what they no longer hold")
    func environment() async throws {
        try await inFolder { path in
            let folder = try DevFolder(path: path)
            try folder.writeEnvironment([(.masterKeyFile, folder.masterKeyFile), (.argon2, "m=64,t=1,p=1")])
            let commands = ". '\(folder.environmentFile)'; env | grep ^GATEHOUSE_ | sort"
            let before = [
                "GATEHOUSE_MASTER_KEY": "of another", "GATEHOUSE_JWKS_MAX_AGE": "0s",
                "GATEHOUSE_ARGON2": "m=128,t=1,p=1",
            ]
            let shell = try await Program.run(["-ec", commands], before, program: "/bin/sh")
            #expect(
                shell.output == """
                    GATEHOUSE_ARGON2=m=64,t=1,p=1
                    GATEHOUSE_MASTER_KEY_FILE=\(folder.masterKeyFile)

                    """, "\(shell.errors)")
        }
    }

    @Test("is not made by a start that is refused for what was set")
    func refusedSettings() async throws {
        try await inFolder { path in
            let mails = ["GATEHOUSE_LISTEN": "nonsense", "GATEHOUSE_MAIL_SINK": "file:\(path)/mails"]
            let outcome = try await Program.run(["dev", "--data-dir", "\(path)/data"], mails)
            #expect(outcome.status == 1)
            #expect(outcome.errors.hasPrefix("gatehouse: GATEHOUSE_LISTEN: "), "\(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        }
    }

    @Test("is not made by a start that is refused for where mails are to go", arguments: ["mails", "file:"])
    func refusedSink(sink: String) async throws {
        try await inFolder { path in
            let outcome = try await Program.run(
                ["dev", "--data-dir", "\(path)/data"], ["GATEHOUSE_MAIL_SINK": sink])
            #expect(outcome.status == 1)
            #expect(outcome.errors.hasPrefix("gatehouse: GATEHOUSE_MAIL_SINK: "), "\(outcome.errors)")
            #expect(outcome.errors.split(separator: "\n").count == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        }
    }

    @Test("is told from a file")
    func file() async throws {
        try await inFolder { path in
            try Data().write(to: URL(filePath: "\(path)/file"))
            let file = #expect(throws: Failure.self) { try DevFolder(path: "\(path)/file") }
            #expect(file?.message.contains("\(path)/file: it is no folder.") == true)
            let below = #expect(throws: Failure.self) { try DevFolder(path: "\(path)/file/folder") }
            #expect(below?.message.contains("it can't be made (Not a directory)") == true)
        }
    }

    @Test("holds no master key that couldn't be written")
    func fullDisk() async throws {
        try await inFolder { path in
            // No file can grow; the pipe takes what is said.
            let limited = "(trap '' XFSZ; ulimit -f 0; exec \"$0\" dev --data-dir \"$1\" 2>&1); echo \"ended with $?\""
            let outcome = try await Program.run(
                ["-c", "{ \(limited); } | cat", Program.path, path], program: "/bin/sh")
            #expect(
                outcome.output == """
                    gatehouse: Can't write \(path)/master-key: File too large.
                    ended with 1

                    """)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
        }
    }

    @Test("names a master key that is none, and what to do about it")
    func damagedKey() async throws {
        try await inFolder { path in
            let key = "\(path)/master-key"
            try Data().write(to: URL(filePath: key))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
            let empty = try await Program.run(["dev", "--data-dir", path])
            #expect(empty.status == 1)
            #expect(empty.errors == "gatehouse: \(key) holds no master key. Delete it; the next start makes another.\n")
            try FileManager.default.createDirectory(atPath: "\(path)/postgres", withIntermediateDirectories: false)
            let lost = #expect(throws: Failure.self) { try DevFolder(path: path) }
            #expect(
                lost?.message.hasSuffix("Put back a copy of it, or delete \(path) with its users to begin anew.")
                    == true)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
            let open = #expect(throws: Failure.self) { try DevFolder(path: path) }
            #expect(open?.message.contains("others may read \(key); run: chmod 600 \(key)") == true)
        }
    }
}
