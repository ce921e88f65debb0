import Foundation

/// What is not the answer itself.
enum Output {
  static func error(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}
