import Gatehouse
import Synchronization
import Testing

/// What one person's browser remembers: a set of pages that share cookies with each other and nobody else.
final class Profile: Sendable {
    let tools: DevTools
    private let id: JSON
    private let opened = Mutex<[Page]>([])

    init(_ tools: DevTools) async throws {
        self.tools = tools
        id = try #require(try await tools.call("Target.createBrowserContext")["browserContextId"])
    }

    func close() async throws {
        _ = try await tools.call("Target.disposeBrowserContext", ["browserContextId": id])
    }

    /// Every tab there has been.
    var pages: [Page] { opened.withLock { $0 } }

    /// A new tab that shows this.
    ///
    /// - Parameter standingIn: For a page of an app at the service's own origin, whose policy would let it do something:
    ///   that of the document is ignored.
    func page(_ url: String, standingIn: Bool = false) async throws -> Page {
        let target = try await tools.call("Target.createTarget", ["url": "about:blank", "browserContextId": id])
        let name = try #require(target["targetId"]?.stringValue)
        let attached = try await tools.call(
            "Target.attachToTarget", ["targetId": .string(name), "flatten": true])
        let page = Page(
            tools: tools, session: try #require(attached["sessionId"]?.stringValue), frame: name)
        opened.withLock { $0.append(page) }
        for method in ["Page.enable", "Network.enable"] { _ = try await tools.call(method, in: page.session) }
        _ = try await tools.call("Page.setLifecycleEventsEnabled", ["enabled": true], in: page.session)
        if standingIn { _ = try await tools.call("Page.setBypassCSP", ["enabled": true], in: page.session) }
        try await page.open(url)
        return page
    }

    /// Every cookie that is kept, those that no script can read included, by name and path.
    var cookies: [JarCookie] {
        get async throws {
            let found = try await tools.call("Storage.getCookies", ["browserContextId": id])
            return try #require(found["cookies"]?.arrayValue).compactMap { $0.objectValue.flatMap(JarCookie.init) }
                .sorted { ($0.name, $0.path) < ($1.name, $1.path) }
        }
    }

    /// The values of those of this tenant, by name.
    func cookies(of tenant: TestTenant) async throws -> [String: String] {
        let names = [tenant.accessCookie, tenant.refreshCookie]
        return try await cookies.filter { names.contains($0.name) }.reduce(into: [:]) { $0[$1.name] = $1.value }
    }
}

/// A cookie as the browser keeps it.
struct JarCookie: Sendable, Equatable {
    let name: String
    let value: String
    let path: String
    /// `HttpOnly`, `Secure` and `SameSite=…`.
    let rules: Set<String>

    init?(_ cookie: JSONObject) {
        guard let name = cookie["name"]?.stringValue, let value = cookie["value"]?.stringValue,
            let path = cookie["path"]?.stringValue
        else { return nil }
        (self.name, self.value, self.path) = (name, value, path)
        var rules: Set<String> = []
        if cookie["httpOnly"] == true { rules.insert("HttpOnly") }
        if cookie["secure"] == true { rules.insert("Secure") }
        if let sameSite = cookie["sameSite"]?.stringValue { rules.insert("SameSite=\(sameSite)") }
        self.rules = rules
    }
}
