import Discovery

/// What discovery found, in a few words.
enum DiscoverText {
  static func summary(_ report: DiscoveryReport) -> String {
    let sure = report.assets.filter(\.isSure)
    let unsure = report.assets.count - sure.count
    let assets = sure.reduce(0) { $0 + $1.assetCount }
    var text =
      "\(Figures.count(report.messageCount)) messages on \(Figures.count(report.topicCount)) topics: "
      + "\(Figures.count(assets)) asset\(assets == 1 ? "" : "s") proposed for \(Figures.count(report.mappedTopics.count)) "
      + "topics"
    if unsure > 0 { text += ", \(unsure) unsure" }
    if report.knownTopics > 0 { text += ", \(Figures.count(report.knownTopics)) topics configured already" }
    let open = report.notes.reduce(0) { $0 + $1.topics.count }
    if open > 0 { text += ", \(Figures.count(open)) topics not mapped" }
    if report.messageCount == 0 {
      text += "\n  → Nothing was heard. Listen longer (--seconds 5min), and check that the user may read these topics."
    }
    return text
  }
}
