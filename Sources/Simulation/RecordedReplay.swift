import Foundation
import Telemetry

/// Reads a recording: JSON Lines with `time` (RFC 3339), `topic` and `payload` (a JSON value, or a string that is
/// sent as it is).
public enum RecordedReplay {
  public static func messages(file: String) throws -> [SimulatedMessage] {
    let text: String
    do {
      text = try String(contentsOfFile: file, encoding: .utf8)
    } catch {
      throw ReplayError(file: file, line: nil, message: "cannot be read: \(error.localizedDescription)")
    }
    var messages: [SimulatedMessage] = []
    for (offset, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      if line.allSatisfy(\.isWhitespace) { continue }
      let value: JSONValue
      do {
        value = try JSONValue(parsing: Array(line.utf8))
      } catch {
        throw ReplayError(file: file, line: offset + 1, message: error.description)
      }
      guard let stamp = value["time"]?.stringValue, let time = Timestamp(rfc3339: stamp),
        let topic = value["topic"]?.stringValue, let payload = value["payload"]
      else {
        throw ReplayError(file: file, line: offset + 1, message: "needs \"time\" (RFC 3339), \"topic\" and \"payload\"")
      }
      messages.append(
        SimulatedMessage(
          time: time, topic: topic, payload: payload.stringValue.map { Array($0.utf8) } ?? payload.canonicalBytes()))
    }
    return messages
  }
}
