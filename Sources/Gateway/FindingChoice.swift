import Control
import Telemetry

/// Which finding a person means: its key, a part of it, the number of nothing but its subject.
struct FindingChoice {
  /// Open ones first, then the newest.
  let found: [Finding]
  /// Earlier ones of the same key, newest first.
  var before: [Finding] { found.dropFirst().filter { $0.key == found[0].key } }
  var first: Finding { found[0] }

  /// - Parameter findings: open ones first, then the newest.
  init(_ word: String, among findings: [Finding]) throws {
    let exact = findings.filter { $0.key == word }
    if !exact.isEmpty {
      found = exact
      return
    }
    // `condition-change`, `pump-1`, `pump-1/vibration`: the open ones if there are some.
    let near = findings.filter { finding in
      finding.rule == word || finding.subject == word || finding.key.hasPrefix(word + "/")
        || finding.key.hasSuffix("/" + word) || finding.key.contains("/" + word + "/")
    }
    let open = near.filter { $0.closed == nil }
    let meant = open.isEmpty ? near : open
    var keys: [String] = []
    for finding in meant where !keys.contains(finding.key) { keys.append(finding.key) }
    guard let key = keys.first else {
      let known = NearestFirst.sorted(Array(Set(findings.map(\.key))).sorted(), to: word).prefix(5)
      throw ControlRefusal(
        .notFound,
        "There is no finding \"\(word)\".\n  → "
          + (known.isEmpty ? "There is none at all yet." : "The nearest: \(known.joined(separator: ", ")).")
          + " `weir status` lists the open ones; a record of emissions is explained by `weir carbon explain`.")
    }
    guard keys.count == 1 else {
      throw ControlRefusal(
        .badRequest,
        "\"\(word)\" may be \(keys.count) findings.\n  → Name one: \(keys.prefix(12).joined(separator: ", "))"
          + (keys.count > 12 ? " and \(keys.count - 12) more." : "."))
    }
    found = findings.filter { $0.key == key }
  }
}
