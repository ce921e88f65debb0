/// Patterns of allow-lists: `*` stands for any number of characters, also none.
public enum Wildcard {
  public static func matches(_ text: String, _ pattern: String) -> Bool {
    let text = Array(text.utf8)
    let pattern = Array(pattern.utf8)
    let star = UInt8(ascii: "*")
    var position = 0
    var index = 0
    // Where to go on if the text after the last star does not fit.
    var retry: (index: Int, position: Int)?
    while position < text.count {
      if index < pattern.count, pattern[index] == star {
        index += 1
        retry = (index, position)
      } else if index < pattern.count, pattern[index] == text[position] {
        index += 1
        position += 1
      } else if let last = retry {
        index = last.index
        position = last.position + 1
        retry = (index, position)
      } else {
        return false
      }
    }
    return pattern[index...].allSatisfy { $0 == star }
  }
}
