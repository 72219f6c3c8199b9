import Testing

@testable import Gatehouse

@Suite struct PerTenantTests {
    private static func perTenant(_ label: TenantLabel) -> PerTenant<String> {
        PerTenant(label) { labels in labels.map { "\($0.0)=\($0.1)" }.joined(separator: ",") }
    }

    @Test("Without the label nothing says which tenant it is about")
    func off() {
        let metrics = Self.perTenant(.off)
        for tenant in ["shop", "blog", nil] { #expect(metrics[tenant] == "") }
    }

    @Test("With it the first tenants have their own, later ones share one, and what concerns none is empty")
    func bounded() {
        let metrics = Self.perTenant(.upTo(2))
        #expect(metrics["shop"] == "tenant=shop")
        #expect(metrics["blog"] == "tenant=blog")
        #expect(metrics["late"] == "tenant=other")
        #expect(metrics["shop"] == "tenant=shop")
        #expect(metrics[nil] == "tenant=")
    }

    @Test("Many at once get no more than the limit")
    func concurrently() async {
        let metrics = Self.perTenant(.upTo(10))
        let seen = await withTaskGroup(of: String.self) { group in
            for number in 0..<200 { group.addTask { metrics["t\(number % 50)"] } }
            return await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(seen.count == 11)
    }
}
