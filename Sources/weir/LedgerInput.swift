import Foundation
import Ledger
import Store
import Telemetry

/// What `weir verify` is given.
enum LedgerInput {
  private static let largestProof = 64 << 20

  /// - Parameter text: a file's path, or the key itself.
  static func key(_ text: String) throws -> PublicKey {
    guard FileManager.default.fileExists(atPath: text) else { return try PublicKey(text: text) }
    let contents = try String(contentsOfFile: text, encoding: .utf8)
    // `weir keys show --json` prints a list; the newest key is the last.
    if let list = (try? JSONValue(parsing: contents))?.arrayValue, let newest = list.last?["key"] {
      return try PublicKey(jwk: newest)
    }
    return try PublicKey(text: contents)
  }

  /// All keys that follow from trusting the given one: of what `weir keys show --json` prints also those that its
  /// hand-overs connect with the newest.
  static func keys(_ text: String) throws -> [PublicKey] {
    let newest = try key(text)
    guard FileManager.default.fileExists(atPath: text),
      let list = (try? JSONValue(parsing: String(contentsOfFile: text, encoding: .utf8)))?.arrayValue
    else { return [newest] }
    return try KeyHandover.keys(trusting: newest, through: list.compactMap { $0["handover"]?.stringValue })
  }

  /// - Parameter text: a file's path, or the JSON of a head.
  static func heads(_ text: String) throws -> [HeadStatement] {
    if text.hasPrefix("{") { return [try head(JSONValue(parsing: text))] }
    guard FileManager.default.fileExists(atPath: text) else {
      throw LedgerError("there is no file \(text) with a forwarded head")
    }
    var heads: [HeadStatement] = []
    var others = 0
    try LineReader.read(text) { line in
      let json = try? JSONValue(parsing: line)
      if let json, json["kind"] == "ledger-head" || json["signature"] != nil {
        heads.append(try head(json))
      } else {
        others += 1
      }
    }
    if heads.isEmpty, others > 0, let json = try? JSONValue(parsing: String(contentsOfFile: text, encoding: .utf8)) {
      heads.append(try head(json))
    }
    guard !heads.isEmpty else { throw LedgerError("\(text) has no record of kind ledger-head") }
    return heads
  }

  private static func head(_ json: JSONValue) throws -> HeadStatement {
    do {
      return try HeadStatement(body: json["body"] ?? json)
    } catch { throw LedgerError("the given head is itself not sound: \(error)") }
  }

  /// The text of a compact JSON Web Signature, if the one file is nothing else.
  static func credential(_ paths: [String]) throws -> String? {
    guard paths.count == 1, let file = FileHandle(forReadingAtPath: paths[0]) else { return nil }
    defer { file.closeFile() }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: paths[0], isDirectory: &isFolder), !isFolder.boolValue,
      let data = try file.read(upToCount: 1 << 20), data.starts(with: Data("eyJ".utf8))
    else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  static func isProof(_ paths: [String]) throws -> Bool {
    guard paths.count == 1 else { return false }
    let attributes = try? FileManager.default.attributesOfItem(atPath: paths[0])
    guard attributes?[.type] as? FileAttributeType == .typeRegular, let size = attributes?[.size] as? Int,
      size <= largestProof, try !isStore(paths[0])
    else { return false }
    let text = try String(contentsOfFile: paths[0], encoding: .utf8)
    return (try? JSONValue(parsing: text))?["format"]?.stringValue == LedgerProof.format
  }

  static func audit(_ paths: [String], _ options: LedgerAudit.Options) throws -> AuditReport {
    if paths.count == 1, try isStore(paths[0]) { return try StoreFile(path: paths[0]).audit(options) }
    var audit = ExportAudit(options)
    var lines = 0
    for path in paths {
      try LineReader.read(path) {
        audit.take($0)
        lines += 1
      }
    }
    guard lines > 0 else { throw LedgerError("\(paths.joined(separator: ", ")) is empty") }
    return audit.finish()
  }

  private static func isStore(_ path: String) throws -> Bool {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw LedgerError("there is no file \(path)")
    }
    if isFolder.boolValue || path.hasSuffix(".sqlite") { return true }
    guard let file = FileHandle(forReadingAtPath: path) else { throw LedgerError("\(path) cannot be read") }
    defer { file.closeFile() }
    return try file.read(upToCount: 15) == Data("SQLite format 3".utf8)
  }
}
