import ArgumentParser
import Control
import Foundation

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "What maintenance is due, when it fits, and what waiting costs.",
    discussion: """
      Made anew from the present predictions each time: the proposed moments move with them. Work is put into the last \
      planned stop (`shifts:`) before a failure has a probability of 10 % that its parts can reach, together with other \
      work of the machine or line that is near. What waiting costs is the probability that it fails before the stop after \
      that, times the cost of an unplanned stop that the plant has entered (`maintenance: downtime-cost:`).
      """)

  @OptionGroup var gateway: GatewayOptions
  @Flag(name: .long, help: "As JSON.") var json = false
  @Flag(name: .long, help: "As CSV, a line for each job.") var csv = false

  func validate() throws {
    if json, csv { throw ValidationError("choose one of --json and --csv") }
  }

  func run() async throws {
    let plan = try await gateway.client.maintenancePlan()
    if json {
      print(String(decoding: try ControlCoding.encoder().encode(plan), as: UTF8.self))
    } else if csv {
      print(PlanText.csv(plan), terminator: "")
    } else {
      print(PlanText.page(plan))
    }
  }
}
