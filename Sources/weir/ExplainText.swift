import Control
import Telemetry

/// A carbon record in words: from the readings to the result.
enum ExplainText {
  /// Id of the energy record that a record of metered emissions is from.
  static func energyRecord(of record: JSONValue) -> String? {
    guard let gateway = record["gateway"]?.stringValue, let reference = record["body"]?["energy_record"],
      let kind = reference["kind"]?.stringValue, let key = reference["key"]?.stringValue,
      let revision = reference["revision"]?.integerValue
    else { return nil }
    return "\(gateway)/\(kind)/\(key)/\(revision)"
  }

  /// A day whose electricity is counted by the hour: its date, its meter, and by which methods.
  static func hourlyDay(of record: JSONValue) -> (date: String, asset: String, methods: [String])? {
    guard record["kind"]?.stringValue == RecordKind.carbonDay.rawValue, let body = record["body"],
      let start = body["start"]?.stringValue, let asset = body["asset"]?.stringValue,
      case .object(let methods)? = body["methods"]
    else { return nil }
    let hourly = methods.filter { _, method in (method["lines"]?.arrayValue ?? []).contains(where: isHourly) }
    return hourly.isEmpty ? nil : (String(start.prefix(10)), asset, hourly.keys.sorted())
  }

  private static func isHourly(_ line: JSONValue) -> Bool { line["factor"]?["id"]?.stringValue == "hourly-series" }

  /// - Parameter hours: by method, of a day that is counted by the hour.
  static func page(_ record: JSONValue, energy: JSONValue?, hours: [String: ReportTable] = [:]) -> String {
    let body = record["body"] ?? .null
    guard case .object(let methods)? = body["methods"] else {
      return "\(text(record["id"])) has no emissions; carbon-… records have."
    }
    var lines = [text(record["id"])]
    let subject = [body["asset"], body["site"], body["entry"]].compactMap { $0?.stringValue }.joined(separator: ", ")
    let status = body["status"]?.stringValue.map { ", \($0)" } ?? ""
    lines.append("  \(subject), \(text(body["start"])) – \(text(body["end"]))\(status)")
    lines.append(
      "  issued \(text(record["issued"])), revision \(record["revision"]?.integerValue ?? 0)" + cause(record))
    lines += activities(body) + readings(body, energy)
    for (name, method) in methods.sorted(by: { $0.key < $1.key }) {
      lines.append("")
      lines.append(
        "\(name), factors published by \(text(body["inventory_date"])): "
          + (method["total_kg"]?.stringValue.map { "\($0) kg\(text(method["gas"]))" } ?? "no figure"))
      for problem in method["problems"]?.arrayValue ?? [] { lines.append("  missing: \(text(problem))") }
      for line in method["lines"]?.arrayValue ?? [] {
        lines += explain(line)
        guard isHourly(line) else { continue }
        if let table = hours[name], !table.rows.isEmpty {
          lines += ReportText.rows(table).map { "    \($0)" }
        } else if record["kind"]?.stringValue != RecordKind.carbonInterval.rawValue {
          lines.append(
            "    hour by hour: weir carbon --by hour --method \(name) --period \(text(body["start"]).prefix(10))")
        }
      }
    }
    return lines.joined(separator: "\n")
  }

  private static func cause(_ record: JSONValue) -> String {
    guard let cause = record["cause"] else { return "" }
    return
      ", because of \(text(cause["asset"])) \(text(cause["signal"])) at \(text(cause["time"])) (\(text(cause["reason"])))"
      + (cause["note"]?.stringValue.map { "\n  \($0)" } ?? "")
  }

  private static func activities(_ body: JSONValue) -> [String] {
    let metered = (body["activities"]?.arrayValue ?? []).map { activity in
      "  \(text(activity["label"])): \(text(activity["amount"])) \(text(activity["unit"]))"
        + (activity["counted"] == false ? " (counted by the meter that feeds it, not in the site's sum)" : "")
    }
    let sources = (body["sources"]?.arrayValue ?? []).map { source in
      "  metered by \(text(source["asset"])), \(text(source["quantity"])): \(text(source["amount"])) "
        + "\(text(source["unit"])) (\(text(source["energy_record"]?["kind"])) \(text(source["energy_record"]?["key"])))"
    }
    let entries = (body["entries"]?.arrayValue ?? []).map { entry in
      "  entered as \(text(entry["entry"])), \(text(entry["label"])): \(text(entry["amount"])) \(text(entry["unit"]))"
    }
    let document = body["document"].map { document in
      [
        "  entered by \(text(body["person"])) from \(text(document["name"])) \(text(document["sha256"]))",
        "  \(text(body["label"])): \(text(body["amount"])) \(text(body["unit"]))",
      ]
    }
    return metered + sources + entries + (document ?? [])
  }

  /// What the energy rests on.
  private static func readings(_ body: JSONValue, _ energy: JSONValue?) -> [String] {
    var lines: [String] = []
    if let share = body["quality_share"] {
      lines.append(
        "  of the time good \(text(share["good"])), uncertain \(text(share["uncertain"])), "
          + "estimated \(text(share["estimated"])), without data \(text(share["no_data"]))")
    }
    guard let reference = body["energy_record"] else { return lines }
    lines.append(
      "  from \(text(reference["kind"])) \(text(reference["key"])), revision \(reference["revision"]?.integerValue ?? 0)"
    )
    guard case .object(let registers)? = energy?["body"]?["readings"] else { return lines }
    for (name, register) in registers.sorted(by: { $0.key < $1.key }) where register["delta"]?.stringValue != nil {
      lines.append(
        "    \(name): \(reading(register["opening"])) → \(reading(register["closing"])), \(text(register["delta"]))")
    }
    return lines
  }

  private static func reading(_ value: JSONValue?) -> String {
    guard let value, value != .null else { return "–" }
    return "\(text(value["value"])) at \(text(value["time"]))" + (value["estimated"] == true ? " (estimated)" : "")
  }

  private static func explain(_ line: JSONValue) -> [String] {
    let memo = line["memo"] == true ? ", apart from the sums" : ""
    var lines = [
      "  scope \(line["scope"]?.integerValue ?? 0), \(text(line["category"]))\(memo): \(text(line["formula"]))"
    ]
    if let factor = line["factor"] {
      let year = factor["data_year"]?.integerValue.map { ", data of \($0)" } ?? ""
      let published = factor["published"]?.stringValue.map { ", published \($0)" } ?? ""
      lines.append(
        "    factor \(text(factor["id"])) = \(text(factor["value"])) \(text(factor["unit"])), "
          + "\(text(factor["status"]))\(year)\(published)")
      for name in ["label", "source", "note"] {
        if let value = factor[name]?.stringValue { lines.append("    \(name): \(value)") }
      }
      if let override = factor["override"] {
        lines.append(
          "    the site's own value: \(text(override["author"])), \(text(override["date"])): \(text(override["reason"]))"
        )
      }
    }
    if let certificate = line["certificate"]?.stringValue { lines.append("    certificate \(certificate)") }
    for warning in line["warnings"]?.arrayValue ?? [] { lines.append("    note: \(text(warning))") }
    return lines
  }

  private static func text(_ value: JSONValue?) -> String { value?.stringValue ?? "?" }
}
