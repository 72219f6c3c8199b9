import Foundation
import Testing

@testable import GatehouseCommand

@Suite("The settings as they are printed")
struct PrintedSettingTests {
    @Test("Every setting is printed, but for the sources of the master key that aren't used")
    func everySetting() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let file = root.appending(path: "Sources/GatehouseCommand/Configuration/Setting.swift")
        let source = try String(contentsOf: file, encoding: .utf8)
        let named = source.matches(of: #/ = Setting\("(\w+)"\)/#).map { String($0.1) }
        let settings = try ServiceSettings(flags: [:], environment: ConfigurationTests.complete)
        let printed = settings.printed.map { $0.setting.variable }
        let unused = [Setting.masterKeyFile.variable, Setting.masterKeyCommand.variable]
        #expect((printed + unused).sorted() == named.sorted())
    }
}
