import ArgumentParser
import Control
import Foundation
import Gateway
import Templates

struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "What is different between the running configuration and a file.",
    discussion: """
      Without a file: what `weir reload` would change. If no gateway runs, the file is compared with the last good \
      configuration, which the data directory keeps.
      Exit codes: 0 no difference, 1 there are some, 2 they cannot be told.
      """)

  @Argument(help: "The configuration to compare with; default: the file that the gateway was started with.")
  var file: String?
  @Option(name: .long, help: "A folder of templates; may be repeated. Default: $WEIR_DEVICES, else Devices.")
  var devices: [String] = []
  @OptionGroup var gateway: GatewayOptions

  func run() async throws {
    let lines: [String]
    do {
      lines = try await differences()
    } catch let errors as ConfigurationErrors {
      print(errors.description)
      throw ExitCode(2)
    } catch let error as ControlClientError {
      Output.error(error.description)
      throw ExitCode(2)
    }
    if lines.isEmpty {
      print("no difference")
    } else {
      for line in lines { print(line) }
      throw ExitCode(1)
    }
  }

  private func differences() async throws -> [String] {
    guard let file else {
      let report = try await gateway.client.pendingChanges()
      return report.changes + report.notes.map { "note: \($0)" }
    }
    let new = try SiteLoader.load(path: file, devices: SiteOptions.folders(devices))
    let difference = SiteDifference(from: try await inForce(new), to: new)
    return difference.lines + difference.fixed.map { "note: A reload cannot do it: \($0)." }
  }

  /// Of the running gateway; else the last good one of the data directory that is named, or that the file names.
  private func inForce(_ new: Site) async throws -> Site {
    do {
      return try SiteLoader.load(canonicalText: await gateway.client.configuration().text)
    } catch let error as ControlClientError where error.isPassing {
      let directories = [gateway.directory, gateway.data == nil ? new.gateway.dataDirectory : nil].compactMap(\.self)
      guard
        let path = directories.map({ ConfigurationFile.lastGood(in: $0) }).first(where: {
          FileManager.default.fileExists(atPath: $0)
        })
      else { throw error }
      Output.error("No gateway runs; compared with the last good configuration, \(path).")
      return try SiteLoader.load(path: path, devices: [], checkFiles: false)
    }
  }

  /// The message goes to standard error; a refusal is 1, everything else 2.
  static func failure(_ error: ControlClientError) -> ExitCode {
    Output.error(error.description)
    if case .refused = error { return ExitCode(1) }
    return ExitCode(2)
  }
}
