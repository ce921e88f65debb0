/// Signals of a template that arrive on topics of their own.
extension SignalReader {
  /// The topic below the asset's that a template gives a signal; nil without one.
  /// - Parameter inherited: what the template that is extended says.
  static func subtopic(
    _ entry: YAMLNode.Entry, index: Int, in parent: Section, inherited: EquipmentTemplate.Subtopic?
  ) -> EquipmentTemplate.Subtopic? {
    guard entry.value.entries != nil, let section = parent.section(entry.value, "signal \"\(entry.key)\"", keys: [])
    else { return inherited }
    var subtopic = inherited
    if section.isOff("subtopic") {
      subtopic = nil
    } else if let text = section.read("subtopic", .subtopic) {
      subtopic = EquipmentTemplate.Subtopic(signal: index, text: text, payload: inherited?.payload)
    }
    guard section.has("payload") else { return subtopic }
    if subtopic == nil, !section.has("subtopic") {
      section.report(
        section.position(of: "payload"), "a payload of its own needs a topic of its own",
        remedy: "Add `subtopic: …`, or move `payload:` to the template.")
    }
    if let payload = PayloadReader.read(section) { subtopic?.payload = payload }
    return subtopic
  }
}
