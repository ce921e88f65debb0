import ArgumentParser
import Control

struct ForecastCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "forecast",
    abstract: "The next hour of any measured value, with its interval; nothing has to be trained.",
    discussion: """
      From the minutes of the last day. Without a signal all gauges of the asset in an hour; with one its course in steps \
      of five minutes. Of ten values about one lies outside of LOW and HIGH. Limits (`alarm:` of a signal, the fault model, \
      the nameplate) come with the probability that they are crossed; the gateway itself warns before that.
      """)
  @OptionGroup var gateway: GatewayOptions
  @Argument(help: "The asset's id.") var asset: String
  @Argument(help: "One of its gauges.") var signal: String?
  @Flag(name: .long, help: "As JSON.") var json = false
  @Flag(name: .long, help: "As CSV.") var csv = false

  func validate() throws {
    if json, csv { throw ValidationError("choose one of --json and --csv") }
  }

  func run() async throws {
    let table = try await gateway.client.report(ReportQuery(subject: .series, by: signal, asset: asset))
    try ReportOptions.show(table, json: json, csv: csv)
  }
}
