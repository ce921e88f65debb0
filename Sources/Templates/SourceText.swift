/// A configuration or template file, kept line by line so that an error can show the line that it speaks of.
final class SourceText {
  let file: String
  let text: String
  // By bytes: for `Character`, a Windows line end is one character that is not "\n".
  private lazy var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)

  init(file: String, text: String) {
    self.file = file
    self.text = text
  }

  /// The text of a line, counted from 1, without its line end.
  func line(_ number: Int) -> String? {
    guard number >= 1, number <= lines.count else { return nil }
    let line = lines[number - 1]
    return String(Substring(line.last == UInt8(ascii: "\r") ? line.dropLast() : line))
  }
}

/// A place in a source text; line and column count from 1, columns in Unicode scalars.
struct Position: Hashable, Comparable {
  var line: Int
  var column: Int

  static func < (a: Position, b: Position) -> Bool { (a.line, a.column) < (b.line, b.column) }
}
