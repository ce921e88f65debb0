import Foundation
import Logging
import Templates

/// The file that the configuration comes from, and the copy of the last good one in the data directory.
public struct ConfigurationFile: Sendable {
  /// As a person finds it from anywhere.
  public var path: String
  var load: @Sendable () throws -> Site

  /// - Parameter load: reads the file again; throws `ConfigurationErrors`.
  public init(path: String, load: @escaping @Sendable () throws -> Site) {
    self.path = URL(fileURLWithPath: path).path
    self.load = load
  }

  /// The configuration that was last in force, in a form that `weir run` takes.
  public static func lastGood(in directory: String) -> String { "\(directory)/last-good.yaml" }

  /// A copy that cannot be written is no reason to stop: it is a help, and the journal has the configuration too.
  static func keep(_ site: Site, logger: Logger) {
    let text =
      "# The configuration that was last in force, written by weir. `weir run` takes it.\n" + site.canonicalText
    do {
      try Data(text.utf8).write(
        to: URL(fileURLWithPath: lastGood(in: site.gateway.dataDirectory)), options: .atomic)
    } catch {
      logger.warning("the copy of the configuration was not written", metadata: ["error": "\(error)"])
    }
  }
}
