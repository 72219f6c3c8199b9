import Foundation
import Testing

@testable import GatehouseCommand

@Suite("Variables of the environment")
struct UnknownVariableTests {
    @Test("The settings that are known are those of docs/settings.md")
    func documented() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/settings.md")
        let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n").filter { $0.hasPrefix("| `") }
        let cells = rows.compactMap { $0.split(separator: "|").first }
        let names = cells.flatMap { $0.split(separator: ",") }.map { $0.filter { !"` ".contains($0) } }
        #expect(names.sorted() == Setting.all.map(\.variable).sorted())
    }

    /// As Kubernetes sets them in a container that it starts beside a service.
    private static func variables(of service: String) -> [String: String] {
        let address = "10.0.0.1"
        return [
            "\(service)_SERVICE_HOST": address, "\(service)_SERVICE_PORT": "80", "\(service)_SERVICE_PORT_HTTP": "80",
            "\(service)_PORT": "tcp://\(address):80", "\(service)_PORT_80_TCP": "tcp://\(address):80",
            "\(service)_PORT_80_TCP_ADDR": address,
        ]
    }

    @Test(
        "A variable that is called like a setting and is none is told by name, unless it is empty or Kubernetes sets it"
    )
    func unknown() async throws {
        let slips = ["GATEHOUSE_TRUSTED_PROXY": "hunter6", "GATEHOUSE_LISTENS": "hunter7", "GATEHOUSE_LIMIT": ""]
        let known = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.variable, "x") })
        let environment = known.merging(slips) { $1 }
        #expect(UnknownVariables.names(in: environment) == ["GATEHOUSE_LISTENS", "GATEHOUSE_TRUSTED_PROXY"])
        let services = Self.variables(of: "GATEHOUSE").merging(Self.variables(of: "GATEHOUSE_OPS")) { $1 }
        #expect(UnknownVariables.names(in: services) == services.keys.sorted())
        let inKubernetes = services.merging(["KUBERNETES_SERVICE_HOST": "10.0.0.2", "GATEHOUSE_WEB_PORT": "80"]) { $1 }
        #expect(UnknownVariables.names(in: inKubernetes) == ["GATEHOUSE_WEB_PORT"])
        let printed = try await Program.run(
            ["serve", "--print-config"], ConfigurationTests.complete.merging(slips) { $1 })
        #expect(
            printed.errors == """
                gatehouse: GATEHOUSE_LISTENS is no setting and has no effect.
                gatehouse: GATEHOUSE_TRUSTED_PROXY is no setting and has no effect.

                """)
        #expect(printed.status == 0 && !printed.output.contains("hunter"))
    }
}
