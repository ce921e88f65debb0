import ArgumentParser
import Foundation
import Ledger
import Telemetry

/// The command of the journal that an entry of activity data is.
enum EntryText {
  static func command(_ entry: CarbonCommand.Add) throws -> String {
    var members: [String: JSONValue] = [
      "command": "carbon-activity", "what": .string(entry.what), "amount": .string(entry.amount),
      "unit": .string(entry.unit), "period": .string(entry.period), "person": .string(entry.by),
    ]
    func put(_ name: String, _ value: String?) { if let value { members[name] = .string(value) } }
    put("place", entry.place)
    put("scope", entry.scope.map { "\($0)" })
    put("note", entry.note)
    put("supersedes", entry.supersedes)
    put("reason", entry.reason)
    if FileManager.default.fileExists(atPath: entry.document) {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: entry.document))
      members["document"] = .string(URL(fileURLWithPath: entry.document).lastPathComponent)
      members["document_hash"] = .string(LedgerHash.hex(LedgerHash.sha256([UInt8](bytes))))
    } else {
      members["document"] = .string(entry.document)
    }
    // The same entry said twice is one entry.
    let contents = JSONValue.object(members).canonicalBytes()
    members["id"] = .string(entry.id ?? String(LedgerHash.hex(LedgerHash.sha256(contents)).prefix(12)))
    return String(decoding: JSONValue.object(members).canonicalBytes(), as: UTF8.self)
  }
}
