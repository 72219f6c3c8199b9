#if os(Linux)
    import Foundation
    import TestSupport
    import Testing

    @Suite("Output that doesn't arrive")
    struct LostOutputTests {
        /// `gatehouse` with standard output as a shell sets it: `>/dev/full` or `>&-`.
        private func run(
            _ redirection: String, _ arguments: [String], in place: Installation? = nil
        ) async throws -> Program.Outcome {
            try await Program.run(
                ["-c", "exec \"$0\" \"$@\" \(redirection)", Program.path] + arguments, place?.environment ?? [:],
                program: "/bin/sh")
        }

        private func shop() async throws -> Installation {
            let place = try await Installation.migrated()
            _ = try await Program.admin("tenant", "create", "shop", "--algorithm", "HS256", in: place)
            return place
        }

        @Test("ends the command with 1 and the reason", arguments: [">/dev/full", ">&-"])
        func failure(redirection: String) async throws {
            let place = try await shop()
            let commands = [
                ["admin", "tenant", "list", "--json"], ["admin", "tenant", "list"],
                ["admin", "tenant", "show", "nope", "--json"], ["admin", "master-key", "generate"],
                ["migrate", "--dry-run"], ["serve", "--print-config"], ["--help"], ["--version"],
            ]
            for command in commands {
                let outcome = try await run(redirection, command, in: place)
                #expect(outcome.status == 1, "\(command)")
                #expect(outcome.errors.hasPrefix("gatehouse: "), "\(command): \(outcome.errors)")
                #expect(outcome.errors.split(separator: "\n").count == 1, "\(command): \(outcome.errors)")
            }
            let full = try await run(redirection, ["--version"])
            let reason = redirection == ">&-" ? "Bad file descriptor" : "No space left on device"
            #expect(full.errors.hasPrefix("gatehouse: Standard output can't be written: \(reason). "))
        }

        @Test("says that something is changed all the same only where something was to change")
        func changes() async throws {
            let place = try await shop()
            let telling = [
                ["tenant", "list"], ["tenant", "show", "shop"], ["user", "list", "shop"], ["keys", "list", "shop"],
                ["client", "list", "shop"], ["mail", "list", "shop"], ["mail", "template", "list", "shop"],
                ["webhook", "list", "shop"], ["webhook", "attempts", "shop"], ["audit", "list", "shop"],
                ["master-key", "verify"],
            ]
            for command in telling {
                let outcome = try await run(">/dev/full", ["admin"] + command, in: place)
                #expect(outcome.status == 1)
                #expect(outcome.errors.hasSuffix(". Nothing else was to be done.\n"), "\(command): \(outcome.errors)")
            }
            let change = ["admin", "tenant", "update", "shop", "--name", "The shop"]
            let changed = try await run(">/dev/full", change, in: place)
            #expect(changed.errors.hasSuffix(". What the command was to change is changed all the same.\n"))
        }

        @Test("tells of a client's secret which client to delete", arguments: [">/dev/full", ">&-"])
        func clientSecret(redirection: String) async throws {
            let place = try await shop()
            let lost = try await run(redirection, ["admin", "client", "create", "shop", "--name", "App"], in: place)
            #expect(lost.status == 1)
            let made = try await Program.admin("client", "list", "shop", in: place).list
            let id = try #require(made.first?["client_id"] as? String)
            #expect(
                lost.errors.hasSuffix(
                    "secret is lost; delete it, and create another: gatehouse admin client delete shop \(id)\n"))
        }

        @Test("tells of a webhook's secret which webhook to delete")
        func webhookSecret() async throws {
            let place = try await shop()
            let lost = try await run(
                ">/dev/full", ["admin", "webhook", "create", "shop", "--url", "https://app.example/", "--json"],
                in: place)
            #expect(lost.status == 1)
            let made = try await Program.admin("webhook", "list", "shop", in: place).list
            let id = try #require(made.first?["id"] as? String)
            #expect(lost.errors.hasSuffix("gatehouse admin webhook delete shop \(id)\n"), "\(lost.errors)")
        }

        @Test("tells of a key's secret that it counts as exported")
        func exportedSecret() async throws {
            let place = try await shop()
            let keys = try await Program.admin("keys", "list", "shop", in: place).list
            let kid = try #require(keys.first { $0["use"] as? String == "access" }?["kid"] as? String)
            let lost = try await run(">/dev/full", ["admin", "keys", "export", "shop", kid, "--yes"], in: place)
            #expect(lost.status == 1)
            #expect(lost.errors.contains("counts as exported"), "\(lost.errors)")
            let again = try await Program.admin("keys", "export", "shop", kid, "--yes", in: place)
            #expect(again.errorCode == "guard_refused")
        }

        @Test("ends who follows the audit trail")
        func follower() async throws {
            let place = try await shop()
            let follower = try RunningProgram(
                "/bin/sh", ["-c", "exec \"$0\" admin audit follow shop >/dev/full", Program.path],
                environment: place.environment)
            defer { follower.send(SIGKILL) }
            // It says nothing before the first event, so there is one until it has ended.
            try await eventually("its end") {
                _ = try await Program.admin("keys", "rotate", "shop", "--force", in: place)
                return follower.hasEnded ? true : nil
            }
            #expect(await follower.waitForEnd() == 1)
            #expect(follower.errors.contains("No space left on device"))
        }

        @Test("ends the program by SIGPIPE where the reader has left, as it does others")
        func reader() async throws {
            let pipe = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
            defer { try? FileManager.default.removeItem(atPath: pipe) }
            // The tests' own process may ignore the signal, and what is ignored stays so in others that are started.
            let script = """
                mkfifo "$1"; (: <"$1") & exec 3>"$1"; wait
                env --default-signal=PIPE "$0" --version >&3
                echo "ended with $?"
                """
            let outcome = try await Program.run(["-c", script, Program.path, pipe], program: "/bin/sh")
            #expect(outcome.output == "ended with 141\n")
            #expect(outcome.errors.isEmpty)
        }

        /// Root alone may see what the process has open.
        @Test(
            "A stream that is closed is no file of the program's own", .enabled(if: geteuid() == 0),
            arguments: ["0<&-", ">&-", "2>&-"])
        func closed(redirection: String) async throws {
            let place = try await shop()
            let service = try RunningProgram(
                "/bin/sh", ["-c", "exec \"$0\" serve \(redirection)", Program.path], environment: place.environment)
            defer { service.send(SIGKILL) }
            try await eventually("the service") { try? await HTTP.get("\(place.url)/healthz") }
            let number = redirection == "0<&-" ? 0 : redirection == ">&-" ? 1 : 2
            let target = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(service.id)/fd/\(number)")
            #expect(target == "/dev/null")
            service.send(SIGTERM)
            #expect(await service.waitForEnd() == 0)
        }
    }
#endif
