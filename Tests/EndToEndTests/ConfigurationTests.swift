import Foundation
import Gatehouse
import Testing

@testable import GatehouseCommand

@Suite("Configuration")
struct ConfigurationTests {
    static let key = MasterKey.generate().base64

    static let complete = [
        "DATABASE_URL": "postgres://gatehouse:hunter2@db.example:5432/gatehouse?sslpassword=hunter3",
        "GATEHOUSE_OWNER_DATABASE_URL": "host=db.example user=owner password='hunter4 hunter5' dbname=gatehouse",
        "GATEHOUSE_MASTER_KEY": key,
    ]

    @Test("All problems are reported at once, a line each that names the setting")
    func allProblems() async throws {
        let wrong = [
            "DATABASE_URL": "mysql://db", "GATEHOUSE_MASTER_KEY": "short",
            "GATEHOUSE_PUBLIC_URL": "https://a.example/path",
            "GATEHOUSE_LISTEN": "8080", "GATEHOUSE_OPS_LISTEN": "127.0.0.1:99999", "GATEHOUSE_POOL_SIZE": "many",
            "GATEHOUSE_TRUSTED_PROXIES": "10.0.0.0/99", "GATEHOUSE_LOG_LEVEL": "loud", "GATEHOUSE_LOG_FORMAT": "xml",
            "GATEHOUSE_ARGON2": "m=1", "GATEHOUSE_LIMITS": "account=many", "GATEHOUSE_JWKS_MAX_AGE": "300",
            "GATEHOUSE_METRICS_TENANT_LABEL": "perhaps",
            "OTEL_EXPORTER_OTLP_ENDPOINT": "http://user:hunter2@collector:4318", "OTEL_TRACES_SAMPLER_ARG": "all",
            "OTEL_SERVICE_NAME": "a b",
        ]
        let outcome = try await Program.run(["serve"], wrong)
        #expect(outcome.status == 1)
        let lines = outcome.errors.split(separator: "\n")
        #expect(lines.count == wrong.count)
        for name in wrong.keys {
            #expect(lines.filter { $0.hasPrefix("gatehouse: \(name): ") }.count == 1, "\(name) in \(outcome.errors)")
        }
    }

    @Test("Of trusted proxies the one that is wrong is named")
    func wrongProxy() {
        let environment = Self.complete.merging(["GATEHOUSE_TRUSTED_PROXIES": "10.0.0.0/8, 10.1.2.3/16,::1"]) { $1 }
        let problems = #expect(throws: ConfigurationProblems.self) {
            try ServiceSettings(flags: [:], environment: environment)
        }
        #expect(problems?.lines.count == 1)
        #expect(
            problems?.lines[0].hasPrefix("GATEHOUSE_TRUSTED_PROXIES: “10.1.2.3/16”: ") == true,
            "\(problems?.lines ?? [])")
    }

    @Test("A problem of a flag names the flag, which wins over the environment")
    func flagsWin() async throws {
        let outcome = try await Program.run(
            ["serve", "--listen", "nowhere", "--log-level", "debug", "--print-config"],
            Self.complete.merging(["GATEHOUSE_LISTEN": "127.0.0.1:1", "GATEHOUSE_LOG_LEVEL": "loud"]) { $1 })
        #expect(outcome.status == 1)
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(outcome.errors.hasPrefix("gatehouse: --listen: "))
    }

    @Test("Tenants are named in metrics only where that is asked for, by variable or flag")
    func tenantLabel() async throws {
        let name = Setting.metricsTenantLabel.variable
        let labels: [(String, TenantLabel)] = [("on", .upTo(100)), ("True", .upTo(100)), ("0", .off), ("", .off)]
        for (value, label) in labels {
            let settings = try ServiceSettings(flags: [:], environment: Self.complete.merging([name: value]) { $1 })
            #expect(settings.metricsTenantLabel == label)
        }
        let unset = try ServiceSettings(flags: [:], environment: Self.complete)
        #expect(unset.metricsTenantLabel == .off)
        let printed = try await Program.run(
            ["serve", "--metrics-tenant-label", "--print-config"], Self.complete.merging([name: "off"]) { $1 })
        let row = try Regex("\(name) +on +flag")
        #expect(printed.output.contains(row), "\(printed.output)")
    }

    @Test("The configuration is printed with every secret masked")
    func masked() async throws {
        let outcome = try await Program.run(["serve", "--print-config"], Self.complete)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("db.example"))
        #expect(outcome.output.contains("GATEHOUSE_LIMITS"))
        let limits = "account=10/15m,device=10/15m,source=100/15m,register=600/1h,mail=5/15m,profile=600/1h"
        #expect(outcome.output.contains(limits))
        #expect(!outcome.output.contains("hunter"))
        #expect(!outcome.output.contains(Self.key))
    }

    @Test("Exactly one source of the master key is accepted")
    func oneMasterKey() throws {
        let none = Self.complete.filter { $0.key != "GATEHOUSE_MASTER_KEY" }
        #expect(throws: ConfigurationProblems.self) { try ServiceSettings(flags: [:], environment: none) }
        let two = Self.complete.merging(["GATEHOUSE_MASTER_KEY_FILE": "/nonexistent"]) { $1 }
        #expect(throws: ConfigurationProblems.self) { try ServiceSettings(flags: [:], environment: two) }
        #expect(throws: Never.self) { try ServiceSettings(flags: [:], environment: Self.complete) }
    }

    @Test("A master key file that others may read is refused with the command that mends it")
    func fileModes() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data("\(Self.key)\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        for mode in [0o640, 0o604, 0o660] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
            let fault = #expect(throws: FieldFault.self) { try MasterKeySource.file(file.path).read() }
            #expect(fault?.message.contains("chmod 600 \(file.path)") == true)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        #expect(try MasterKeySource.file(file.path).read().sealing.base64 == Self.key)
    }

    /// As systemd hands over a credential, too: a file of root's with an entry for one user, which looks like this.
    @Test("A master key file of root's may be read by the service's group", .enabled(if: DevTests.canStepDown))
    func rootsFile() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data("\(Self.key)\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try FileManager.default.setAttributes([.groupOwnerAccountID: 65534], ofItemAtPath: file.path)
        var environment = Self.complete.filter { $0.key != "GATEHOUSE_MASTER_KEY" }
        environment["GATEHOUSE_MASTER_KEY_FILE"] = file.path
        let serve = Array(DevTests.stepDown.dropFirst()) + [Program.path, "serve", "--print-config"]
        for (mode, status) in [(0o440, 0), (0o640, 0), (0o660, 1), (0o444, 1)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
            let outcome = try await Program.run(serve, environment, program: DevTests.stepDown[0])
            #expect(Int(outcome.status) == status, "\(String(mode, radix: 8)): \(outcome.errors)")
        }
    }

    @Test("A command gives the master key; one that fails, says too much or hangs is refused")
    func commands() throws {
        #expect(try MasterKeySource.command("echo \(Self.key)").read().sealing.base64 == Self.key)
        #expect(throws: FieldFault.self) { try MasterKeySource.command("exit 3").read() }
        #expect(ShellCommand("exit 3").run(limit: 10, deadline: .seconds(10)) == .failed(status: 3))
        #expect(ShellCommand("yes").run(limit: 10, deadline: .seconds(10)) == .unreadable)
        #expect(ShellCommand("sleep 600 & sleep 600").run(limit: 10, deadline: .milliseconds(50)) == .timedOut)
        #expect(ShellCommand("exec >&-; sleep 600").run(limit: 10, deadline: .milliseconds(50)) == .timedOut)
    }

    @Test("A command that gives the master key leaves what stands in standard input to the program")
    func commandInput() async throws {
        var environment = Self.complete.filter { $0.key != "GATEHOUSE_MASTER_KEY" }
        environment["GATEHOUSE_MASTER_KEY_COMMAND"] = "cat >&2; echo \(Self.key)"
        let outcome = try await Program.run(
            ["-c", "echo input | { \"$0\" serve --print-config >/dev/null && cat; }", Program.path], environment,
            program: "/bin/sh")
        #expect(outcome.output == "input\n", "\(outcome.errors)")
    }

    @Test(
        "A database address is shown without its passwords",
        arguments: [
            ("postgres://u:p@h/db", "postgres://u:********@h/db"),
            ("postgresql://u:p@ss:w@rd@h:5432/db", "postgresql://u:********@h:5432/db"),
            ("postgres://u:pa?ss@h/db", "postgres://u:********@h/db"),
            ("postgres://u:pa/s?s@h/db?sslmode=require", "postgres://u:********@h/db?sslmode=require"),
            ("postgres://u@corp:p@h/db", "postgres://u@corp:********@h/db"),
            ("postgres://u:p?password=q@h/db", "postgres://u:********"),
            ("postgres://u@h/db?password=p?q@r&sslmode=require", "postgres://u@h/db?password=********&sslmode=require"),
            ("postgres://u@h:5432/db?password=p@q&sslmode=require", "postgres://u@h:********&sslmode=require"),
            ("postgres:///db?host=h&sslPassword=p&passfile=f", "postgres:///db?host=h&sslPassword=********&passfile=f"),
            ("postgres:///db?pass%77ord=p", "postgres:///db?pass%77ord=********"),
            ("postgres://u@h/db?password=p&sslmode=require", "postgres://u@h/db?password=********&sslmode=require"),
            ("host=h password=p dbname=d", "host=h password=******** dbname=d"),
            ("host=h password = 'p q' dbname=d", "host=h password=********"),
            (#"host=h sslpassword=p\ q dbname=d"#, "host=h sslpassword=********"),
            ("password=p password=q host=h", "password=******** password=******** host=h"),
            ("postgres://u@[::1]:5432/db", "postgres://u@[::1]:5432/db"),
            ("postgres://h/db?user=a@b", "postgres://h/db?user=a@b"),
            ("postgres://u@h:5432/db", "postgres://u@h:5432/db"), ("host=h dbname=d", "host=h dbname=d"),
        ])
    func databaseURLs(given: String, shown: String) throws {
        let url = try DatabaseURL(parsing: given)
        #expect(url.description == shown)
        #expect("\(url)" == shown && String(reflecting: url) == shown)
        #expect(url.hasPassword == (given != shown))
    }

    @Test(
        "A password in a flag is refused, because others can read it there",
        arguments: ["postgres://u:hunter2@h/db", "postgres://u:?hunter2@h/db", "host=h password=hunter2"])
    func passwordInFlag(address: String) {
        let problems = #expect(throws: ConfigurationProblems.self) {
            try ServiceSettings(
                flags: [.databaseURL: address], environment: ["GATEHOUSE_MASTER_KEY": Self.key])
        }
        #expect(problems?.lines.count == 1)
        #expect(problems?.lines[0].contains("hunter2") == false)
    }

    @Test("migrate and admin use the owner's address, and refuse a flag that names another database without effect")
    func ownerDatabase() throws {
        let environment = [
            "DATABASE_URL": "postgres://login@h/db", "GATEHOUSE_OWNER_DATABASE_URL": "postgres://owner@h/db",
        ]
        let staging = "postgres://owner@staging/db"
        let read = { (flags: [Setting: String], environment: [String: String]) in
            var reader = SettingsReader(flags: flags, environment: environment)
            let url = reader.ownerDatabaseURL()?.text
            return reader.problems.isEmpty ? url : reader.problems.joined()
        }
        #expect(read([:], environment) == "postgres://owner@h/db")
        #expect(read([.ownerDatabaseURL: staging], environment) == staging)
        #expect(read([.databaseURL: "postgres://h/db", .ownerDatabaseURL: staging], environment) == staging)
        #expect(read([.databaseURL: staging], [:]) == staging)
        let refusal = read([.databaseURL: staging], environment)
        #expect(refusal?.hasPrefix("--database-url: GATEHOUSE_OWNER_DATABASE_URL is set") == true)
    }

    @Test("The public URL is written as browsers write an origin; by default it is where the service listens")
    func publicURL() throws {
        #expect(try PublicURL(parsing: "HTTPS://Login.Example:443/").text == "https://login.example")
        let longest = "https://\(String(repeating: "a", count: 149))"
        #expect(try PublicURL(parsing: longest).text == longest)
        for wrong in [
            "login.example", "https://", "https://a.example/x", "https://a.example?x", "ftp://a.example", "\(longest)a",
        ] {
            #expect(throws: FieldFault.self, "\(wrong)") { try PublicURL(parsing: wrong) }
        }
        #expect(PublicURL(listen: try ListenAddress(parsing: "[::1]:8080")).text == "http://[::1]:8080")
    }

    @Test(
        "An address is told from every address of the machine",
        arguments: [("0.0.0.0:80", true), ("[::]:80", true), ("[::1]:80", false), ("10.0.0.1:80", false)])
    func wildcard(text: String, isWildcard: Bool) throws {
        #expect(try ListenAddress(parsing: text).isWildcard == isWildcard)
    }

    @Test(
        "A JWKS is kept for a day at most", arguments: [("0s", true), ("1d", true), ("86401s", false), ("2d", false)])
    func jwksMaxAge(text: String, isFine: Bool) throws {
        var reader = SettingsReader(flags: [:], environment: ["GATEHOUSE_JWKS_MAX_AGE": text])
        _ = reader.jwksMaxAge()
        #expect(reader.problems.isEmpty == isFine)
    }

    @Test("Durations are written with their unit", arguments: ["90s", "15m", "36h", "30d", "0s"])
    func durations(text: String) throws {
        #expect(DurationText.format(try DurationText.parse(text)) == text)
    }

    @Test(
        "Anything else is no duration",
        arguments: ["900", "", "s", "-1s", "1.5h", "1w", " 1s", "1 s", "99999999999999999999d"])
    func noDurations(text: String) {
        #expect(throws: FieldFault.self) { try DurationText.parse(text) }
    }
}
