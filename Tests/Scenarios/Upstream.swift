import Foundation
import Telemetry
import TestSupport

/// What an upstream system holds after it has read everything: the latest revision of every record.
struct Upstream {
  struct Entry {
    var kind: String
    var key: String
    var revision: Int64
    /// Canonical JSON.
    var body: JSONValue
    var cause: JSONValue?
    var envelope: JSONValue
  }

  private(set) var ids: Set<String> = []
  /// Lines with an id that was there before: at least once means that they may come again, unchanged.
  private(set) var repetitions = 0
  private(set) var changedRepetitions = 0
  /// By kind and key.
  private(set) var latest: [String: Entry] = [:]
  private(set) var all: [Entry] = []
  /// Where a record does not fit the schema that Config/schemas publishes.
  private(set) var schemaViolations: [String] = []
  private var lines: [String: String] = [:]

  /// Reads the JSON Lines of a file destination, rotated files included.
  init(file: String) throws {
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
    let name = URL(fileURLWithPath: file).lastPathComponent
    let stem = name.split(separator: ".").first.map(String.init) ?? name
    for entry in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() where entry.hasPrefix(stem) {
      let text = try String(contentsOfFile: "\(folder)/\(entry)", encoding: .utf8)
      for line in text.split(separator: "\n") { try read(String(line)) }
    }
  }

  private mutating func read(_ line: String) throws {
    let value = try JSONValue(parsing: line)
    guard let id = value["id"]?.stringValue, let kind = value["kind"]?.stringValue, let key = value["key"]?.stringValue,
      let revision = value["revision"]?.integerValue, let body = value["body"]
    else { throw TestSupportError("a forwarded line is no record: \(line)") }
    if let before = lines[id] {
      repetitions += 1
      if before != line { changedRepetitions += 1 }
      return
    }
    lines[id] = line
    ids.insert(id)
    if let known = RecordKind(rawValue: kind) {
      schemaViolations += RecordSchema.record(known).validate(value).map { "\(id): \($0)" }
    } else {
      schemaViolations.append("\(id): unknown kind")
    }
    let entry = Entry(
      kind: kind, key: key, revision: revision, body: body, cause: value["cause"], envelope: value)
    all.append(entry)
    let place = "\(kind)/\(key)"
    if latest[place].map({ $0.revision < revision }) ?? true { latest[place] = entry }
  }

  func latest(_ kind: String) -> [Entry] {
    latest.values.filter { $0.kind == kind }.sorted { $0.key < $1.key }
  }

  /// Canonical bodies of the latest revisions, by kind and key.
  var bodies: [String: String] { latest.mapValues { $0.body.canonicalText } }
}
