import Telemetry

/// Which assets came, went, were renamed and changed; those that changed alike share a line.
enum AssetDifference {
  static func lines(_ before: JSONValue?, _ after: JSONValue?) -> [String] {
    let old = Entries(before, key: "id")
    let new = Entries(after, key: "id")
    var continued: Set<String> = []
    var added = Groups()
    var renamed: [String] = []
    var changed = Groups()
    for id in new.order {
      guard let entry = new[id] else { continue }
      if let former = old[id] {
        for change in changes(former, entry, id: id, formerID: id) { changed.add(id, to: change) }
        continue
      }
      guard let formerID = entry["formerly"]?.stringValue, let former = old[formerID] else {
        added.add(id, to: "(\(entry["template"]?.stringValue ?? "?"))")
        continue
      }
      continued.insert(formerID)
      renamed.append("~ \(formerID) is \(id) now, with its history")
      for change in changes(former, entry, id: id, formerID: formerID) { changed.add(id, to: change) }
    }
    var removed = Groups()
    for id in old.order where new[id] == nil && !continued.contains(id) {
      removed.add(id, to: "(\(old[id]?["template"]?.stringValue ?? "?"))")
    }
    return removed.texts.map { "- \($0.ids) \($0.key)" } + added.texts.map { "+ \($0.ids) \($0.key)" }
      + (renamed.count > 8
        ? Array(renamed.prefix(7)) + ["~ … and \(renamed.count - 7) more have new ids, with their history"] : renamed)
      + changed.texts.map { "~ \($0.ids): \($0.key)" }
  }

  /// The asset's own id in a value is written `{id}`, so that equal changes of many assets are equal texts.
  private static func changes(_ old: JSONValue, _ new: JSONValue, id: String, formerID: String) -> [String] {
    guard old != new else { return [] }
    var before = Leaves(old)
    var after = Leaves(new)
    for path in ["id", "formerly"] {
      before.remove(path)
      after.remove(path)
    }
    return before.changes(to: after) { text in
      var text = text
      for own in Set([id, formerID]) where own.utf8.count > 2 { text = text.replacing(own, with: "{id}") }
      return text
    }
  }

  /// Ids by what they have in common, in the order in which they came up.
  private struct Groups {
    private var order: [String] = []
    private var members: [String: [String]] = [:]

    mutating func add(_ id: String, to key: String) {
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(id)
    }

    var texts: [(ids: String, key: String)] { order.map { (Self.text(members[$0] ?? []), $0) } }

    private static func text(_ ids: [String]) -> String {
      if ids.count <= 4 { return ids.joined(separator: ", ") }
      return "\(ids[0]), \(ids[1]) … \(ids[ids.count - 1]) (\(ids.count) assets)"
    }
  }
}
