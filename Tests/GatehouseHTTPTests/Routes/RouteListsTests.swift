import Gatehouse
import HTTPTypes
import TestSupport
import Testing

@testable import GatehouseHTTP

/// A route that is in none of the lists would be tried by none of the tests that try every route.
@Suite struct RouteListsTests {
    private let table = RouteTable.gatehouse(APIDescription(publicURL: "https://login.example"))

    /// The method and the template of each of them.
    private func templates(of list: [(String, String)]) throws -> Set<String> {
        Set(
            try list.map { method, path in
                let resource = try #require(table.match("/t/shop\(path)").resource, "nothing is at \(path)")
                return "\(method) \(resource.template)"
            })
    }

    private func routes(where isMeant: (Route) -> Bool) -> Set<String> {
        Set(table.routes.filter(isMeant).map { "\($0.method.rawValue) \($0.template)" })
    }

    @Test func `The bearer routes are those that expect a bearer token`() throws {
        #expect(try templates(of: bearerRoutes) == routes(where: \.expectsBearer))
    }

    @Test func `Every route is every one below a tenant's path`() throws {
        #expect(try templates(of: everyRoute) == routes { $0.template.hasPrefix("/t/{tenant}/") })
    }

    @Test func `The routes that read JSON are those that are described as reading it`() throws {
        let reading = APIContract.gatehouse.operations.filter { operation in
            operation.object["requestBody"]?.objectValue?["content"]?.objectValue?["application/json"]?.objectValue
                != nil
        }
        #expect(try templates(of: jsonRoutes) == Set(reading.map { "\($0.method) \($0.path)" }))
    }
}
