import ArgumentParser
import Control
import Foundation
import Gateway
import Telemetry
import Templates

/// Which running gateway a command talks to.
struct GatewayOptions: ParsableArguments {
  @Option(
    name: .long,
    help: """
      The gateway's data directory (`data:` of its configuration). Default: $WEIR_DATA, else data/demo or /var/lib/weir, \
      where a gateway is.
      """)
  var data: String?

  var client: ControlClient { ControlClient(socketPath: Self.socket(in: directory)) }

  var directory: String {
    if let directory = data ?? ProcessInfo.processInfo.environment["WEIR_DATA"] { return directory }
    let usual = ["data/demo", "/var/lib/weir"]
    return usual.first { FileManager.default.fileExists(atPath: Self.socket(in: $0)) } ?? usual[0]
  }

  private static func socket(in directory: String) -> String { "\(directory)/control.sock" }
}

/// Where a configuration and its templates are.
struct SiteOptions: ParsableArguments {
  @Argument(help: "The site's configuration, for example Config/demo.yaml.")
  var configuration: String

  @Option(name: .long, help: "A folder of templates; may be repeated. Default: $WEIR_DEVICES, else Devices.")
  var devices: [String] = []

  func load() throws -> Site {
    try SiteLoader.load(path: configuration, devices: Self.folders(devices))
  }

  /// The same again, later.
  var file: ConfigurationFile {
    let path = configuration
    let folders = Self.folders(devices)
    return ConfigurationFile(path: path) { try SiteLoader.load(path: path, devices: folders) }
  }

  /// The given folders, else `$WEIR_DEVICES`, else `Devices` in the working directory, beside the program, or where
  /// the Debian package puts it.
  static func folders(_ given: [String]) -> [String] {
    if !given.isEmpty { return given }
    if let folder = ProcessInfo.processInfo.environment["WEIR_DEVICES"] { return [folder] }
    let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path
    let candidates = ["Devices", "\(program)/Devices", "/usr/share/weir/Devices"]
    return [candidates.first { FileManager.default.fileExists(atPath: $0) } ?? "Devices"]
  }
}

extension Span64: ExpressibleByArgument {
  /// `90s`, `15min`, `1.5h`, `30d`, `250ms`; a bare number is seconds.
  public init?(argument: String) {
    let digits = argument.prefix { $0.isNumber || $0 == "." }
    guard let amount = Double(digits) else { return nil }
    let factors: [String: Double] = [
      "": 1, "s": 1, "ms": 0.001, "m": 60, "min": 60, "h": 3600, "d": 86400,
    ]
    guard let factor = factors[argument.dropFirst(digits.count).trimmingCharacters(in: .whitespaces)] else {
      return nil
    }
    self.init(nanoseconds: Int64(amount * factor * 1e9))
  }
}
