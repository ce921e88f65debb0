import ArgumentParser
import Foundation
import Gateway
import Ledger
import Store
import Telemetry

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write records as JSON lines that `weir verify` can check.",
    discussion: """
      Records come in the order in which they were issued, as destinations get them. Leaves of the ledger whose body was \
      evicted or is not wanted come as an envelope without body, so that the chain can be checked from the first leaf to \
      the last; signed heads come with them. The first line says what follows. Works while the gateway runs, and on a \
      copy of the store.
      Exit codes: 0 done, 2 it cannot be done.
      """)

  @OptionGroup var gateway: GatewayOptions
  @Option(
    name: .long, help: "A kind of record (energy-day …) or all; may be repeated. Default: the kinds of the ledger.")
  var kind: [String] = []
  @Option(
    name: .long, help: "Intervals that begin then or later: 2026-11-21 (a day of the plant) or a time with offset.")
  var from: String?
  @Option(name: .long, help: "Intervals that begin before.") var to: String?
  @Option(name: .shortAndLong, help: "The file to write; default: standard output.") var output: String?

  func run() throws {
    do {
      let archive = try LedgerArchive(path: gateway.directory)
      let export = LedgerExport(
        kinds: try kinds(), from: try instant(from, archive) ?? .distantPast,
        to: try instant(to, archive) ?? .distantFuture)
      let promise = try write { line in try archive.file.export(export, line: line) }
      if let output { print("\(Figures.count(Int(promise.lines))) records written to \(output)") }
    } catch let error where !(error is ExitCode) {
      Output.error("\(error)")
      throw ExitCode(2)
    }
  }

  private func kinds() throws -> Set<RecordKind> {
    if kind.isEmpty { return Set(RecordKind.allCases.filter(\.isLedger)) }
    if kind.contains("all") { return Set(RecordKind.allCases) }
    return Set(
      try kind.map { word in
        guard let kind = RecordKind(rawValue: word) else {
          let known = RecordKind.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError("there is no record kind \"\(word)\"; known: \(known), all")
        }
        return kind
      })
  }

  private func instant(_ text: String?, _ archive: LedgerArchive) throws -> Timestamp? {
    guard let text else { return nil }
    guard let time = archive.instant(text) else {
      throw ValidationError("\"\(text)\" is no time; write 2026-11-21, or 2026-11-21T08:00:00+08:00")
    }
    return time
  }

  /// A file takes its name only when it is whole.
  private func write(_ body: ((([UInt8]) throws -> Void)) throws -> ExportPromise) throws -> ExportPromise {
    guard let output else { return try Self.fill(FileHandle.standardOutput, body) }
    let part = output + ".part"
    guard FileManager.default.createFile(atPath: part, contents: nil), let file = FileHandle(forWritingAtPath: part)
    else {
      throw ValidationError("\(part) cannot be written; name a file in a folder that you may write to")
    }
    let promise = try Self.fill(file, body)
    try file.synchronize()
    try file.close()
    guard rename(part, output) == 0 else { throw ValidationError("\(output) cannot be replaced") }
    return promise
  }

  private static func fill(
    _ file: FileHandle, _ body: ((([UInt8]) throws -> Void)) throws -> ExportPromise
  ) throws -> ExportPromise {
    var buffer: [UInt8] = []
    let promise = try body { line in
      buffer.append(contentsOf: line)
      buffer.append(UInt8(ascii: "\n"))
      guard buffer.count >= 256 << 10 else { return }
      try file.write(contentsOf: buffer)
      buffer.removeAll(keepingCapacity: true)
    }
    try file.write(contentsOf: buffer)
    return promise
  }
}
