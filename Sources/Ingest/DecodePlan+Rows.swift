import Plant
import Telemetry
import Templates

// Formats other than one JSON value with one reading.
extension DecodePlan {
  /// Slots of a shape: nodes of the tree for JSON, names for everything else.
  struct Slots {
    var root: Int32
    var slots: Int
    var slotOfPath: [Int32]
    var names: [RowPlan.Name]
  }

  /// Everything that a mapping reads from a reading, in the order in which slots are given out.
  static func paths(_ mapping: TopicMapping) -> [FieldPath] {
    var paths: [FieldPath] = []
    if hasTimeInRow(mapping), let timestamp = mapping.timestamp {
      paths.append(timestamp.path)
      if let nanoseconds = timestamp.nanoseconds { paths.append(nanoseconds) }
    }
    if hasMessageID(mapping), let path = mapping.messageID { paths.append(path) }
    for field in mapping.fields {
      paths.append(field.path.list?.path ?? field.path)
      if case .field(let path) = field.waveform?.sampleRate { paths.append(path) }
    }
    return paths
  }

  /// Whether the time is one of the fields of a reading; the other formats bring it in their own way, or have none.
  static func hasTimeInRow(_ mapping: TopicMapping) -> Bool {
    guard mapping.timestamp != nil else { return false }
    switch mapping.payload.format {
    case .json, .csv: return true
    case .text, .senml, .nameValue: return false
    }
  }

  static func hasMessageID(_ mapping: TopicMapping) -> Bool {
    mapping.messageID != nil && mapping.payload.format != .text
  }

  mutating func addSlots(_ paths: [FieldPath], _ payload: PayloadMapping) -> Slots {
    switch payload.format {
    case .json:
      let added = tree.add(paths)
      highestSlotCount = max(highestSlotCount, added.slots)
      return Slots(root: added.root, slots: added.slots, slotOfPath: added.slotOfPath, names: [])
    case .text:
      highestSlotCount = max(highestSlotCount, 1)
      return Slots(root: -1, slots: 1, slotOfPath: paths.map { _ in 0 }, names: [])
    case .csv, .senml, .nameValue:
      var names: [RowPlan.Name] = []
      let slots = paths.map { path in
        let bytes = Array(path.joined.utf8)
        if let known = names.first(where: { $0.bytes == bytes }) { return known.slot }
        names.append(RowPlan.Name(bytes: bytes, slot: Int32(names.count)))
        return Int32(names.count - 1)
      }
      highestSlotCount = max(highestSlotCount, names.count)
      return Slots(root: -1, slots: names.count, slotOfPath: slots, names: names)
    }
  }

  /// - Returns: the number of the plan; negative for the fast way.
  mutating func addRows(_ payload: PayloadMapping, _ timestamp: TimestampMapping?, names: [RowPlan.Name]) -> Int32 {
    let plan: RowPlan
    switch payload.format {
    case .json(nil): return -1
    case .json(let each):
      plan = RowPlan(format: .each, listRoot: root(of: each), listPath: each?.description ?? "$")
    case .text: plan = RowPlan(format: .text)
    case .csv(let settings): plan = RowPlan(format: .csv(settings), names: names)
    case .senml: plan = RowPlan(format: .senml, names: names)
    case .nameValue(let settings): plan = nameValue(settings, timestamp, names)
    }
    rows.append(plan)
    return Int32(rows.count - 1)
  }

  private mutating func nameValue(
    _ settings: PayloadMapping.NameValueSettings, _ timestamp: TimestampMapping?, _ names: [RowPlan.Name]
  ) -> RowPlan {
    let ofReading = [settings.value, timestamp?.path, timestamp?.nanoseconds, settings.quality?.path]
    var ofEntry = [settings.name, settings.unit, settings.readings]
    if settings.readings == nil { ofEntry += ofReading }
    let entry = tree.add(ofEntry.compactMap { $0 })
    var next = entry.slotOfPath[...]
    func slot(_ path: FieldPath?, _ next: inout ArraySlice<Int32>) -> Int { path == nil ? -1 : Int(next.removeFirst()) }
    let name = slot(settings.name, &next)
    let unit = slot(settings.unit, &next)
    let readings = slot(settings.readings, &next)
    var reading: (root: Int32, slots: Int) = (-1, 0)
    if settings.readings != nil {
      let added = tree.add(ofReading.compactMap { $0 })
      reading = (added.root, added.slots)
      next = added.slotOfPath[...]
    }
    let slots = RowPlan.NameValueSlots(
      name: name, readings: readings, unit: unit, reading: reading.root, readingSlots: reading.slots,
      value: slot(settings.value, &next), timestamp: slot(timestamp?.path, &next),
      nanoseconds: slot(timestamp?.nanoseconds, &next), quality: slot(settings.quality?.path, &next),
      goodWords: settings.quality?.good.map { Array($0.utf8) } ?? [],
      uncertainWords: settings.quality?.uncertain.map { Array($0.utf8) } ?? [])
    highestSlotCount = max(highestSlotCount, entry.slots, reading.slots)
    return RowPlan(
      format: .nameValue(slots), names: names, listRoot: root(of: settings.each), entryRoot: entry.root,
      entrySlots: entry.slots, listPath: settings.each?.description ?? "$")
  }

  /// A tree with one path, whose value has slot 0; negative for the payload itself.
  private mutating func root(of path: FieldPath?) -> Int32 {
    guard let path, !path.steps.isEmpty else { return -1 }
    highestSlotCount = max(highestSlotCount, 1)
    return tree.add([path]).root
  }
}

extension PlantZone {
  /// Nil if the zone is unknown, which a site that was read from a configuration cannot be.
  init?(known identifier: String) {
    do throws(UnknownZone) { try self.init(identifier: identifier) } catch { return nil }
  }
}
