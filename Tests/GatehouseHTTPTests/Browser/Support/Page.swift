import Gatehouse
import Testing

/// A tab.
struct Page: Sendable {
    let tools: DevTools
    let session: String
    let frame: String

    /// Goes to a URL, anew where it is there already, and waits until everything is loaded.
    func open(_ url: String) async throws {
        let started = try await tools.call("Page.navigate", ["url": .string(url)], in: session)
        let loader = try #require(started["loaderId"], "no page at \(url): \(JSON.object(started).text)")
        _ = try await tools.event("the page at \(url)", in: session) { event in
            event.method == "Page.lifecycleEvent" && event.parameters["name"] == "load"
                && event.parameters["loaderId"] == loader
        }
    }

    /// Runs the body of an async function as a script of the page, and answers what it returns.
    @discardableResult
    func run(_ script: String) async throws -> JSON {
        let outcome = try await tools.call(
            "Runtime.evaluate",
            [
                "expression": .string("(async () => { \(script) })()"), "awaitPromise": true, "returnByValue": true,
                "userGesture": true,
            ], in: session)
        if let exception = outcome["exceptionDetails"] { throw DevTools.Failure(description: exception.text) }
        return outcome["result"]?.objectValue?["value"] ?? .null
    }

    /// Runs a script that makes the tab go elsewhere, and answers the text of the page that it comes to.
    func follow(_ script: String) async throws -> String {
        let count = await tools.events(in: session).count
        try await run(script)
        let frame = frame
        _ = try await tools.event("another page", in: session, after: count) { event in
            event.method == "Page.lifecycleEvent" && event.parameters["name"] == "load"
                && event.parameters["frameId"]?.stringValue == frame
        }
        return try await text
    }

    var text: String {
        get async throws { try await run("return document.body.innerText").stringValue ?? "" }
    }

    /// What a script of the page can see of the cookies.
    var visibleCookies: String {
        get async throws {
            try await run("return document.cookie + (await cookieStore.getAll()).map(c => c.name + c.value).join()")
                .stringValue ?? ""
        }
    }

    /// Fetches as a script of the page, with cookies unless told otherwise.
    func fetch(_ method: String, _ url: String, _ options: JSONObject = [:], json: JSON? = nil) async throws -> Fetched
    {
        var all: JSONObject = ["method": .string(method), "credentials": "include"]
        if let json {
            all["headers"] = ["content-type": "application/json"]
            all["body"] = .string(json.text)
        }
        for member in options.members { all[member.name] = member.value }
        return try await fetch("\(JSON.string(url).text), \(JSON.object(all).text)")
    }

    /// Fetches with arguments in the language of the page.
    func fetch(_ arguments: String) async throws -> Fetched {
        let answer = try await run(
            """
            try {
                const answer = await fetch(\(arguments));
                const headers = Object.fromEntries(answer.headers);
                return {type: answer.type, status: answer.status, headers, text: await answer.text()};
            } catch (error) { return {error: error.name} }
            """)
        return Fetched(try #require(answer.objectValue))
    }
}

/// What a script got to know of the answer to its request.
struct Fetched: Sendable, CustomStringConvertible {
    private let answer: JSONObject

    init(_ answer: JSONObject) {
        self.answer = answer
    }

    var description: String { JSON.object(answer).text }

    /// Nil where the browser didn't let the script know.
    var status: Int? { isHidden ? nil : answer["status"]?.integerValue }
    var type: String? { answer["type"]?.stringValue }
    var headers: JSONObject { answer["headers"]?.objectValue ?? [:] }
    var text: String { answer["text"]?.stringValue ?? "" }
    var json: JSONObject { (try? JSON.parse(text).objectValue) ?? [:] }
    var code: String? { json["code"]?.stringValue }

    /// No answer at all, or an opaque one.
    var isHidden: Bool { answer["error"] == "TypeError" || type == "opaque" }
}
