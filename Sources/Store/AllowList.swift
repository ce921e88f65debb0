import Telemetry
import Templates

/// What may leave the plant for one destination: only these kinds, of only these assets.
struct AllowList: Hashable, Sendable {
  let kinds: Set<RecordKind>
  /// Patterns; `*` stands for any run of characters.
  let assets: [String]
  private let allowsEveryAsset: Bool

  init(kinds: Set<RecordKind>, assets: [String]) {
    self.kinds = kinds
    self.assets = assets
    allowsEveryAsset = assets.contains("*")
  }

  /// A destination that takes notifications takes those that are addressed to it.
  init(_ destination: Destination) {
    let takes = destination.kinds.contains(.notification)
    self.init(
      kinds: destination.kinds, assets: destination.assets + (takes ? [Destination.addressee(destination.name)] : []))
  }

  /// Heads of the ledger are about the gateway and no asset; a notification goes to its addressee alone.
  func allows(_ kind: RecordKind, asset: String) -> Bool {
    guard kinds.contains(kind) else { return false }
    switch kind {
    case .ledgerHead: return true
    case .notification: return assets.contains(asset)
    default: return allows(asset: asset)
    }
  }

  func allows(asset: String) -> Bool {
    allowsEveryAsset || assets.contains { Self.matches(asset, pattern: $0) }
  }

  /// The codes of the kinds for an SQL `IN`, rising.
  var kindCodes: String { kinds.map(\.code).sorted().map(String.init).joined(separator: ",") }

  /// Matches the whole text; linear but for the last `*`, to which it goes back.
  static func matches(_ text: String, pattern: String) -> Bool {
    let text = Array(text.utf8)
    let pattern = Array(pattern.utf8)
    var at = 0
    var next = 0
    var star: (pattern: Int, text: Int)?
    while at < text.count {
      if next < pattern.count, pattern[next] == UInt8(ascii: "*") {
        star = (next, at)
        next += 1
      } else if next < pattern.count, pattern[next] == text[at] {
        next += 1
        at += 1
      } else if let last = star {
        star = (last.pattern, last.text + 1)
        next = last.pattern + 1
        at = last.text + 1
      } else {
        return false
      }
    }
    while next < pattern.count, pattern[next] == UInt8(ascii: "*") { next += 1 }
    return next == pattern.count
  }
}

extension AllowList {
  /// The text that the file keeps, to notice a change.
  var text: String {
    let members: JSONValue = [
      "assets": .array(assets.map { .string($0) }),
      "kinds": .array(kinds.map(\.rawValue).sorted().map { .string($0) }),
    ]
    return members.canonicalText
  }

  init(text: String) throws {
    let value = try JSONValue(parsing: text)
    self.init(
      kinds: Set((value["kinds"]?.arrayValue ?? []).compactMap { $0.stringValue.flatMap(RecordKind.init(rawValue:)) }),
      assets: (value["assets"]?.arrayValue ?? []).compactMap(\.stringValue))
  }
}
