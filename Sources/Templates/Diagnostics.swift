/// Collects the mistakes of one load; reading goes on after each, so that all of them are shown at once.
final class Diagnostics {
  private var found: [(order: Int, error: ConfigurationError)] = []
  private var seen: Set<ConfigurationError> = []
  private var fileOrder: [String: Int] = [:]

  var isEmpty: Bool { found.isEmpty }
  /// In the order in which they were found.
  var errors: [ConfigurationError] { found.map(\.error) }

  func report(_ source: SourceText, _ position: Position?, _ message: String, remedy: String) {
    add(
      ConfigurationError(
        file: source.file, line: position?.line ?? 0, column: position?.column ?? 0, message: message,
        suggestion: remedy, sourceLine: position.flatMap { source.line($0.line) }))
  }

  func report(file: String, _ message: String, remedy: String) {
    add(ConfigurationError(file: file, line: 0, column: 0, message: message, suggestion: remedy))
  }

  /// The same mistake at the same place (a shared anchor, a group of assets) is told once.
  private func add(_ error: ConfigurationError) {
    guard seen.insert(error).inserted else { return }
    let order = fileOrder[error.file] ?? fileOrder.count
    fileOrder[error.file] = order
    found.append((order, error))
  }

  /// Throws everything that was found, ordered by file (first mentioned first), line and column.
  func throwIfAny() throws(ConfigurationErrors) {
    guard !found.isEmpty else { return }
    let sorted = found.enumerated().sorted { a, b in
      (a.element.order, a.element.error.line, a.element.error.column, a.offset)
        < (b.element.order, b.element.error.line, b.element.error.column, b.offset)
    }
    throw ConfigurationErrors(sorted.map(\.element.error))
  }
}
