import ArgumentParser
import Configuration
import GatehouseHTTP

@main
struct Main: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "gatehouse")
}
