import Gatehouse
import Testing

extension BrowserTests {
    @Suite("The page of the API") struct DocsPageTests {
        @Test("is shown in its style, on a phone without scrolling sideways, and by night in dark colours")
        func style() async throws {
            try await Visitor.run { visitor in
                let page = try await visitor.profile.page(visitor.stage.origin + "/docs")
                _ = try await page.tools.call(
                    "Emulation.setDeviceMetricsOverride",
                    ["width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": true], in: page.session)
                try await page.open(visitor.stage.origin + "/docs")
                #expect(
                    try await page.run("return getComputedStyle(document.querySelector('.method')).fontWeight") == "700"
                )
                #expect(try await page.run("return document.documentElement.scrollWidth") == 360)
                let ground = "return getComputedStyle(document.body).backgroundColor"
                #expect(try await page.run(ground) == "rgb(255, 255, 255)")
                _ = try await page.tools.call(
                    "Emulation.setEmulatedMedia",
                    ["features": [["name": "prefers-color-scheme", "value": "dark"]]], in: page.session)
                #expect(try await page.run(ground) == "rgb(20, 23, 29)")
            }
        }

        @Test("loads nothing, and lets no script or style in that isn't its own")
        func policy() async throws {
            try await Visitor.run { visitor in
                let page = try await visitor.profile.page(visitor.stage.origin + "/docs")
                #expect(try await page.run("return performance.getEntriesByType('resource').length") == 0)
                try await page.run(
                    """
                    const script = document.createElement('script');
                    script.textContent = 'window.ran = true';
                    const style = document.createElement('style');
                    style.textContent = 'body { background-color: rgb(1, 2, 3) !important }';
                    document.head.append(script, style);
                    """)
                #expect(try await page.run("return window.ran === undefined") == true)
                #expect(
                    try await page.run("return getComputedStyle(document.body).backgroundColor") != "rgb(1, 2, 3)")
            }
        }
    }
}
