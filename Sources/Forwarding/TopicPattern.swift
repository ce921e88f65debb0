import Telemetry

/// The topic of a destination, in which `{kind}` and `{asset}` stand for those of the record.
struct TopicPattern: Hashable, Sendable {
  private enum Part: Hashable, Sendable {
    case text(String)
    case kind
    case asset
  }

  private let parts: [Part]

  init(_ pattern: String) {
    var parts: [Part] = []
    var rest = Substring(pattern)
    while let open = rest.firstIndex(of: "{") {
      let tail = rest[open...]
      if tail.hasPrefix("{kind}") {
        parts += [.text(String(rest[..<open])), .kind]
        rest = tail.dropFirst(6)
      } else if tail.hasPrefix("{asset}") {
        parts += [.text(String(rest[..<open])), .asset]
        rest = tail.dropFirst(7)
      } else {
        // Not a placeholder: it is part of the text.
        parts.append(.text(String(rest[...open])))
        rest = tail.dropFirst()
      }
    }
    parts.append(.text(String(rest)))
    self.parts = parts
  }

  /// Whether every kind of every asset has its own topic.
  var isPerKindAndAsset: Bool { parts.contains(.kind) && parts.contains(.asset) }

  /// The topic of a record.
  func topic(kind: RecordKind, asset: String) -> String {
    parts.reduce(into: "") { topic, part in
      switch part {
      case .text(let text): topic += text
      case .kind: topic += kind.rawValue
      case .asset: topic += Self.level(asset)
      }
    }
  }

  /// The topic of the retained last record of a kind and asset: the record's own topic if no other kind or asset uses
  /// it, else levels of their own below it.
  func lastTopic(kind: RecordKind, asset: String) -> String {
    let topic = topic(kind: kind, asset: asset)
    return isPerKindAndAsset ? topic : "\(topic)/last/\(kind.rawValue)/\(Self.level(asset))"
  }

  /// An asset id as one topic level: what would have a meaning in a topic becomes `_`.
  private static func level(_ asset: String) -> String {
    var level = ""
    for scalar in asset.unicodeScalars {
      level.unicodeScalars.append(scalar == "/" || scalar == "+" || scalar == "#" || scalar.value < 0x20 ? "_" : scalar)
    }
    return level.isEmpty ? "_" : level
  }
}
