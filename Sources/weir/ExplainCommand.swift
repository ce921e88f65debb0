import ArgumentParser
import Control

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "One finding: what was found, on which readings and limits it rests, what it may be, what to do.",
    discussion: """
      The finding is named by its key as `weir status` and `weir alarms` show it (condition-change/pump-1), or by what is \
      enough of it: the machine, or the rule. A finding that is over is explained, too. Figures of emissions are explained by \
      `weir carbon explain RECORD`.
      """)
  @OptionGroup var gateway: GatewayOptions
  @Argument(help: "Key of the finding, its machine or its rule.") var finding: String
  @OptionGroup var voice: LanguageOptions
  @Flag(name: .long, help: "As JSON.") var json = false

  func run() async throws {
    let found = try await gateway.client.explain(finding, language: voice.wanted)
    if json { return print(found.text, terminator: "") }
    for line in found.summary { print(line) }
    for note in found.notes { print("→ \(note)") }
  }
}
