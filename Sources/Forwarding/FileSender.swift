import NIOConcurrencyHelpers

/// Records as JSON lines in a file.
final class FileSender: Sender {
  let address: String
  /// One sync for up to this many lines.
  let batch = 1000
  private let file: NIOLockedValueBox<JSONLinesFile>

  init(path: String, rotateBytes: Int, keep: Int) {
    address = "file " + path
    file = NIOLockedValueBox(JSONLinesFile(path: path, rotateBytes: rotateBytes, keep: keep))
  }

  func send(_ records: ArraySlice<OutboundRecord>) async -> SendReport {
    do {
      return try await blocking { [file] in file.withLockedValue { Self.append(records, to: &$0) } }
    } catch {
      // Cancelled before it began, or the process is ending.
      return .retry("cancelled", "\(error)")
    }
  }

  private static func append(_ records: ArraySlice<OutboundRecord>, to file: inout JSONLinesFile) -> SendReport {
    let lines = records.map(\.json)
    var durable = 0
    var answer = SendReport.Answer.delivered
    do {
      try file.append(lines[...]) { durable = $0 }
    } catch {
      let detail = error.description
      if error.isPassing {
        answer = .retry(SendReport.Trouble(reason: "file-system", detail: detail))
      } else {
        let advice = "Make the folder and give the gateway's user the right to write there."
        answer = .hold(SendReport.Trouble(reason: "file-system", detail: detail, advice: advice))
      }
    }
    let bytes = lines.prefix(durable).reduce(0) { $0 + $1.count + 1 }
    return SendReport(settled: durable, answer: answer, bytes: bytes, wireBytes: bytes)
  }

  func close() async {
    file.withLockedValue { $0.close() }
  }
}
