/// One mistake in a configuration or template file: where it is, what is wrong and what to do.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  public var file: String
  /// Counted from 1; 0 = the file as a whole.
  public var line: Int
  /// Counted from 1, in Unicode scalars; 0 = the file as a whole.
  public var column: Int
  /// What is wrong, one sentence.
  public var message: String
  /// What to do about it, one sentence, with the nearest known word where there is one.
  public var suggestion: String
  /// The text of the line, if the mistake is in one.
  public var sourceLine: String?

  public init(
    file: String, line: Int, column: Int, message: String, suggestion: String, sourceLine: String? = nil
  ) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
    self.suggestion = suggestion
    self.sourceLine = sourceLine
  }

  /// `file:line:column: message`, the offending line with a caret below it, and the remedy.
  public var description: String {
    var text = line > 0 ? "\(file):\(line):\(column): \(message)" : "\(file): \(message)"
    if let sourceLine, line > 0 {
      text += "\n    \(sourceLine)\n    \(caretPadding(sourceLine))^"
    }
    return text + "\n  → \(suggestion)"
  }

  /// Blank text as wide as the line before the column: tabs stay tabs, wide characters become wide blanks.
  private func caretPadding(_ sourceLine: String) -> String {
    var padding = ""
    for scalar in sourceLine.unicodeScalars.prefix(max(0, column - 1)) {
      switch scalar.value {
      case 0x09: padding += "\t"
      case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60:
        padding += "\u{3000}"
      default: padding += " "
      }
    }
    return padding
  }
}

/// All mistakes of a configuration, in the order of the files and lines.
public struct ConfigurationErrors: Error, Hashable, Sendable, CustomStringConvertible {
  public var errors: [ConfigurationError]

  public init(_ errors: [ConfigurationError]) { self.errors = errors }

  public var description: String {
    let count = errors.count == 1 ? "1 mistake" : "\(errors.count) mistakes"
    return errors.map(\.description).joined(separator: "\n\n") + "\n\n\(count)."
  }
}
