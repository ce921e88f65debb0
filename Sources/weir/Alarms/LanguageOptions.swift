import ArgumentParser
import Foundation

/// In which language people read.
struct LanguageOptions: ParsableArguments {
  @Option(
    name: .long,
    help:
      "en or zh. Default: $LC_ALL, $LC_MESSAGES or $LANG if it is one of them, else what the site's configuration says."
  )
  var language: String?

  /// nil = that of the site.
  var wanted: String? {
    if let language { return language }
    let environment = ProcessInfo.processInfo.environment
    for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
      guard let value = environment[name], !value.isEmpty else { continue }
      if value.hasPrefix("zh") { return "zh" }
      // C and POSIX say nothing of languages.
      return value.hasPrefix("en") ? "en" : nil
    }
    return nil
  }
}
