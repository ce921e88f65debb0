import ArgumentParser
import Control

struct UnitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unit",
    abstract: "Everything that is known of a unit by its serial number or VIN, or where a part or lot was built in.",
    discussion: """
      Its steps in the order of time (stations, verdicts, reviews, torques with their limits), the parts built in, orders, \
      the machines beside its stations, its share of energy and carbon, and what is missing: stations of its line (`lines:`) \
      that have not seen it, a wrong order, rejections that nothing has released. Files are kept with `inspection: { units: \
      { size: 1 GB } }`; the oldest go first. What happened in the last minutes follows.
      """)
  @OptionGroup var gateway: GatewayOptions
  @Argument(help: "Serial number, VIN, part or lot, as the stations tell it.") var serial: String
  @Flag(name: .long, help: "As JSON.") var json = false

  func run() async throws {
    let found = try await gateway.client.unitFile(serial)
    if json { return print(found.text, terminator: "") }
    for line in found.summary { print(line) }
    for note in found.notes { print("  note: \(note)") }
  }
}
