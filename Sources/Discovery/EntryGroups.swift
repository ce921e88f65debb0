/// The entries of a shape: sequences of devices with their ids, places and topics as patterns, and single devices.
struct EntryGroups {
  struct Group {
    /// Positions of the devices, by number.
    var members: [Int]
    var id: String
    var place: String?
    /// For each topic of a device.
    var topics: [String]
    /// nil: a single asset.
    var count: Int?
    var first: Int
  }

  let groups: [Group]

  init(shape: Shape, names: [String: (id: String, place: [String])]) {
    let devices = shape.devices.map { $0.topics.map(\.name) }
    func name(_ device: Int) -> (id: String, place: [String]) { names[devices[device][0]] ?? ("device", []) }
    func single(_ device: Int) -> Group {
      Group(
        members: [device], id: name(device).id, place: AssetNaming.place(name(device).place), topics: devices[device],
        count: nil, first: 1)
    }
    var groups: [Group] = []
    for sequence in Sequences.groups(devices) {
      guard let topics = sequence.topics else {
        groups += sequence.members.map(single)
        continue
      }
      let ids = Numbering.common(sequence.members.map { name($0).id }, first: sequence.first)
      let places = sequence.members.map { AssetNaming.place(name($0).place) ?? "" }
      let place = Numbering.common(places, first: sequence.first)
      guard let ids, ids.parts.count > 1, let place else {
        groups += sequence.members.map(single)
        continue
      }
      groups.append(
        Group(
          members: sequence.members, id: ids.pattern, place: place.pattern.isEmpty ? nil : place.pattern,
          topics: topics.map(\.pattern), count: sequence.members.count, first: sequence.first))
    }
    self.groups = groups
  }
}
