import Control
import Inspection
import Plant
import Production
import Store
import Telemetry
import Templates

/// Everything that is known of one unit: one look-up by its name.
extension GatewayControl {
  func unitFile(_ serial: String) async throws -> ProductDocument {
    guard site.inspection.units != nil else {
      throw ControlRefusal(
        .badRequest,
        "No files of units are kept.\n  → Add `inspection: { units: { size: 1 GB } }` to the configuration.")
    }
    guard let file = try UnitFileRule.file(serial, read: { try store.state($0) }) else { return try builtInto(serial) }
    let formerly = UnitFileRule.formerly(site) { names.all(site.assets[$0].id) }
    let route = UnitRoute.of(file, among: UnitRoute.routes(of: site), formerly: formerly)
    let machines = UnitMachines(site)
    guard
      case .object(var members) = UnitBody.json(
        serial, file, route: route, formerly: formerly, machines: machines, zone: zone)
    else {
      throw ControlRefusal(.notFound, "The file of the unit \(serial) is empty.")
    }
    var notes: [String] = []
    let share = footprint(of: serial, file, notes: &notes)
    members["footprint"] = share?.statement ?? .null
    let hosts = try store.state(UnitFileRule.stateKey(part: serial)).map { bytes throws in try UnitsOfPart(bytes).units
    }
    members["built_into"] = .array((hosts ?? []).map { .string($0) })
    members["revision"] = file.revision.map { .integer(Int64($0)) } ?? .null
    let records = file.revision.map { ["\(site.gateway.id)/\(RecordKind.unitFile.rawValue)/\(serial)/\($0)"] } ?? []
    if file.revision == nil { notes.append("it is under way: its record is made at the end of its line") }
    if route == nil {
      notes.append("no line of the configuration (`lines:`) has its stations: missing ones are not told")
    }
    return ProductDocument(
      id: serial, text: JSONValue.object(members).canonicalText + "\n",
      summary: UnitText.lines(
        serial, file, route: route, formerly: formerly,
        machines: machines.names(at: file.stations.map { formerly[$0] ?? $0 }), hosts: hosts ?? [], zone: zone)
        + (share.map { ["footprint: " + $0.summary(zone).dropFirst().prefix(2).joined(separator: "; ")] } ?? []),
      notes: notes, records: records)
  }

  /// A part or a lot that is no unit itself.
  private func builtInto(_ part: String) throws -> ProductDocument {
    guard let bytes = try store.state(UnitFileRule.stateKey(part: part)) else {
      throw ControlRefusal(
        .notFound,
        "Nothing is known of a unit or part \"\(part)\".\n  → Stations tell it as `unit` (or `part`); what they told in "
          + "the last three minutes is not written yet, and the oldest files go when all take more than "
          + "\((site.inspection.units?.bytes ?? 0) / 1_000_000) MB.")
    }
    let found = try UnitsOfPart(bytes)
    let units = found.units
    let body: JSONValue = [
      "part": .string(part), "units": .array(units.map { .string($0) }), "truncated": .boolean(found.isTruncated),
    ]
    return ProductDocument(
      id: part, text: body.canonicalText + "\n",
      summary: ["part or lot \(part), built into \(units.count) units"] + units.map { "  \($0)" },
      notes: found.isTruncated
        ? [
          "it is in more units than the \(UnitsOfPart.most) that are kept by name: look into the `unit-file` records, too"
        ]
        : [], records: [])
  }

  /// The unit's share of its order's footprint, as far as the events behind it are still kept.
  private func footprint(of serial: String, _ file: UnitFile, notes: inout [String]) -> UnitFootprint? {
    guard let first = file.steps.first, let last = file.steps.last, !ProductionLine.lines(of: site).isEmpty else {
      notes.append("no share of energy and carbon: no line has an order feed")
      return nil
    }
    // Orders that ran while it was made may have begun some days before.
    let days = zone.rfc3339(first.time - .days(3)).prefix(10) + ".." + zone.rfc3339(last.time).prefix(10)
    do {
      return try unit(UnitQuery(serial: serial, order: nil, period: String(days)))
    } catch {
      let reason = "\(error)".split(separator: "\n").first.map(String.init) ?? "unknown"
      notes.append("no share of energy and carbon: \(reason)")
      return nil
    }
  }
}
