import Discovery

/// What discovery found, in a few words.
enum DiscoverText {
  static func summary(_ report: DiscoveryReport) -> String {
    let sure = report.assets.filter(\.isSure)
    let unsure = report.assets.count - sure.count
    let assets = sure.reduce(0) { $0 + $1.assetCount }
    func count(_ number: Int, _ noun: String) -> String {
      "\(Figures.count(number)) \(noun)\(number == 1 ? "" : "s")"
    }
    var text =
      "\(count(report.messageCount, "message")) on \(count(report.topicCount, "topic")): "
      + "\(count(assets, "asset")) proposed for \(count(report.mappedTopics.count, "topic"))"
    if unsure > 0 { text += ", \(unsure) unsure" }
    if report.knownTopics > 0 { text += ", \(count(report.knownTopics, "topic")) configured already" }
    let open = report.notes.reduce(0) { $0 + $1.topics.count }
    if open > 0 { text += ", \(count(open, "topic")) not mapped" }
    if report.messageCount == 0 {
      text += "\n  → Nothing was heard. Listen longer (--seconds 5min), and check that the user may read these topics."
    }
    return text
  }
}
