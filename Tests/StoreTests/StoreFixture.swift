import Foundation
import Rules
import Telemetry
import Templates

@testable import Store

/// A folder of its own for a store, removed when the process ends (a store may outlive the fixture).
struct StoreFixture {
  private static let root: String = {
    let root = NSTemporaryDirectory() + "weir-store-tests-\(ProcessInfo.processInfo.processIdentifier)"
    atexit {
      // What cannot be removed is the temporary folder's business.
      try? FileManager.default.removeItem(atPath: StoreFixture.root)
    }
    return root
  }()

  let folder: String
  var settings = StorageSettings(
    journalBytes: 0, journalAge: .zero, storeBytes: 256 << 20, freeSpaceFloor: 0, reserveBytes: 0)
  var destinations: [Destination] = [destination("all")]
  var options = Store.Options()
  static let origin = Timestamp(seconds: 1_795_219_200)

  init() throws {
    folder = Self.root + "/\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  var path: String { folder + "/store.sqlite" }

  func open(gateway: String = "gw") throws -> Store {
    try Store(path: path, gateway: gateway, settings: settings, destinations: destinations, options: options)
  }

  /// What a crash at this moment would leave behind.
  func copy() throws -> StoreFixture {
    var other = try StoreFixture()
    other.settings = settings
    other.destinations = destinations
    for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
      try FileManager.default.copyItem(atPath: path + suffix, toPath: other.path + suffix)
    }
    return other
  }
}

/// Kinds that rules make records of.
let ruleKinds = RecordKind.allCases.filter { $0 != .ledgerHead }

func destination(
  _ name: String, kinds: Set<RecordKind> = Set(RecordKind.allCases), assets: [String] = ["*"]
) -> Destination {
  Destination(name: name, transport: .file(path: "x", rotateBytes: 0, keep: 0), kinds: kinds, assets: assets)
}

func draft(
  _ kind: RecordKind = .signalSummary, _ asset: String = "press-1", minute: Int = 0, revision: Int = 0,
  body: String? = nil, size: Int = 0
) -> RecordDraft {
  let start = StoreFixture.origin + .minutes(Int64(minute))
  var members: JSONValue = ["asset": .string(asset), "minute": .integer(Int64(minute)), "n": .integer(Int64(revision))]
  if size > 0, case .object(var object) = members {
    object["pad"] = .string(String(repeating: "x", count: size))
    members = .object(object)
  }
  return RecordDraft(
    kind: kind, key: "\(asset)/\(start.rfc3339UTC)", revision: revision, asset: asset, start: start,
    end: start + .minutes(1), body: body.map { Array($0.utf8) } ?? members.canonicalBytes(),
    cause: revision == 0
      ? nil : RevisionCause(asset: asset, signal: "energy", time: start, reason: .late))
}

func output(_ records: [RecordDraft] = [], findings: [Finding] = []) -> EngineOutput {
  var output = EngineOutput()
  output.records = records
  output.findings = findings
  return output
}

func checkpoint(
  _ position: Int64, state: [(key: String, bytes: [UInt8]?)] = [], history: [HistoryChunk] = [],
  oldestBlock: Int64 = 0
) -> Checkpoint {
  Checkpoint(
    position: position, state: state, history: history, counts: EngineCounts(), oldestBlock: oldestBlock)
}

func finding(_ key: String, severity: Finding.Severity = .warning, opened: Int = 0, closed: Int? = nil) -> Finding {
  Finding(
    key: key, rule: "no-data", subject: "press-1", severity: severity,
    opened: StoreFixture.origin + .minutes(Int64(opened)),
    closed: closed.map { StoreFixture.origin + .minutes(Int64($0)) }, summary: "Silent.", advice: "Look.",
    evidence: [.init("last", "12:00")])
}

extension Store {
  /// Commits records with the next free position.
  func commit(_ records: [RecordDraft], at position: Int64, minute: Int = 0) throws {
    try commit(
      output(records), upTo: position, counts: EngineCounts(),
      issued: StoreFixture.origin + .minutes(Int64(minute)))
  }

  /// Delivers everything that awaits a destination; returns the ids.
  @discardableResult
  func drain(_ destination: String, page: Int = 7) throws -> [String] {
    var ids: [String] = []
    while true {
      let records = try nextRecords(for: destination, limit: page, maxBytes: 1 << 20)
      guard let last = records.last else { return ids }
      ids += records.map(\.id)
      try advance(destination: destination, delivered: records.map(\.sequence), refused: [], cursor: last.sequence)
    }
  }
}
