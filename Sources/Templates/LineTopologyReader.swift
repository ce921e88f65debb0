import Plant
import Telemetry

/// Reads `lines:`, the flow of pieces through each line.
struct LineTopologyReader {
  static let keys = ["name", "cycle-time", "stations"]
  static let stationKeys = ["asset", "assets", "buffer"]

  let top: Section
  let assets: [String]

  func lines() -> [LineTopology] {
    guard let node = top["lines"], !node.isNothing else { return [] }
    guard let items = node.items else {
      top.report(
        node.position, "\"lines\" must be a list, found \(node.description)",
        remedy: "Write each line behind a dash: `- { name: line-1, stations: [press-1, pack-1] }`.")
      return []
    }
    var seen: Set<String> = []
    return items.compactMap { item in
      let title = item.entries?.first { $0.key == "name" }?.value.text.map { "line \"\($0)\"" } ?? "line"
      guard let section = top.section(item, title, keys: Self.keys) else { return nil }
      let name = section.require("name", .text, remedy: "Add `name: line-1`.")
      if let name, !seen.insert(name).inserted {
        section.report(
          section["name"]?.position, "two lines are named \"\(name)\"", remedy: "Give each a name of its own.")
      }
      let cycle = section.read("cycle-time", .duration(.milliseconds(1)...(.days(7))))
      let stations = stations(section)
      guard let name, !stations.isEmpty else { return nil }
      return LineTopology(name: name, cycle: cycle, stations: stations)
    }
  }

  private func stations(_ line: Section) -> [LineTopology.Station] {
    guard let node = line["stations"], let items = node.items, !items.isEmpty else {
      line.report(
        line["stations"]?.position, "\(line.name) has no stations",
        remedy:
          "List its machines in the order of the flow: `stations: [press-1, { asset: oven-1, buffer: 40 pieces }]`.")
      return []
    }
    var seen: Set<String> = []
    return items.compactMap { item -> LineTopology.Station? in
      if item.text != nil || item.items != nil {
        return station((item.items ?? [item]).map { ($0.text ?? "", $0.position) }, nil, line, &seen)
      }
      guard let section = line.section(item, "station of \(line.name)", keys: Self.stationKeys) else { return nil }
      let key = section.has("assets") ? "assets" : "asset"
      guard let names = section.list(key, .text) else {
        section.missing("asset", remedy: "Add `asset: press-1`, or `assets: [weld-1, weld-2]` beside each other.")
        return nil
      }
      let buffer = section.read("buffer", Self.buffer)
      return station(names.map { ($0.value, $0.position) }, buffer, line, &seen)
    }
  }

  private func station(
    _ names: [(String, Position)], _ buffer: LineTopology.Buffer?, _ line: Section, _ seen: inout Set<String>
  ) -> LineTopology.Station? {
    var ids: [String] = []
    for (name, position) in names {
      guard assets.contains(name) else {
        line.report(
          position, "no asset is named \"\(name)\"", remedy: NearestWord.remedy(name, in: assets, noun: "asset"))
        continue
      }
      guard seen.insert(name).inserted else {
        line.report(position, "\(name) is twice in \(line.name)", remedy: "Name each machine once in a line.")
        continue
      }
      ids.append(name)
    }
    return ids.isEmpty ? nil : LineTopology.Station(assets: ids, buffer: buffer)
  }

  private static let buffer = Scalar<LineTopology.Buffer>(
    "what usually lies before the station, in pieces or as a time", example: "40 pieces"
  ) { text in
    guard let (number, unit) = QuantityText.split(text) else { return nil }
    if ["pieces", "pcs"].contains(unit) {
      guard number.exponent >= 0, let whole = number.rounded(to: 0)?.mantissa, (0...1_000_000).contains(whole) else {
        return nil
      }
      return .pieces(Int(whole))
    }
    return QuantityText.duration(text).flatMap { $0 >= .zero && $0 <= .days(7) ? .time($0) : nil }
  }
}

extension LineTopology {
  func write(to writer: inout CanonicalWriter) {
    writer.field("name", name)
    writer.field("cycle-time", cycle.map(QuantityText.text))
    writer.list("stations") { writer in
      for station in stations {
        writer.object { writer in
          writer.list("assets", station.assets)
          switch station.buffer {
          case nil: break
          case .pieces(let count): writer.field("buffer", "\(count) pieces")
          case .time(let span): writer.field("buffer", QuantityText.text(span))
          }
        }
      }
    }
  }
}
