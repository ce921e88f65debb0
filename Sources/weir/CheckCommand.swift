import ArgumentParser
import Templates

struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check a configuration without running it, and show what would run.",
    discussion: "Every mistake is shown with file, line, column and remedy. Exit code 1 if there is one.")

  @OptionGroup var site: SiteOptions

  @Flag(name: .long, help: "Print only the data directory, for scripts.")
  var printDataDirectory = false

  func run() throws {
    do {
      let site = try site.load()
      if printDataDirectory {
        print(site.gateway.dataDirectory)
        return
      }
      for line in site.summaryLines { print(line) }
    } catch let errors as ConfigurationErrors {
      print(errors.description)
      throw ExitCode(1)
    }
  }
}
