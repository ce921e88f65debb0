import Telemetry

/// Reads an asset's keys of metering, and checks who feeds whom when all assets are known.
struct MeteringReader {
  static let keys = [
    "role", "fed-by", "accuracy", "essential", "cost-centre", "product-line", "fuel", "idle", "flexible",
  ]

  /// Without `fed-by`, which may have the number of a group in it.
  static func read(_ section: Section) -> Asset.Metering {
    var metering = Asset.Metering()
    metering.role = section.read(
      "role", .word(Asset.EnergyRole.allCases, noun: "role"), default: .consumption)
    metering.accuracy = section.read(
      "accuracy",
      .percent("an accuracy class from 0.01 % to 50 %", example: "0.5 %") {
        !($0 < hundredth) && !(ExactDecimal(50) < $0)
      })
    metering.essential = section.read("essential", .boolean)
    metering.costCentre = section.read("cost-centre", .text)
    metering.productLine = section.read("product-line", .text)
    metering.fuel = section.read("fuel", .identifier())
    metering.idle = EnergyAnalysisReader.idle(section)
    metering.flexible = FlexibilityReader.read(section)
    return metering
  }

  private static let hundredth = ExactDecimal("0.01") ?? .zero

  /// Unknown feeders and circles. A mistake of a group is told once.
  static func check(_ assets: [Asset], _ sections: [Int: Section]) {
    guard !sections.isEmpty else { return }
    var places: [String: Int] = [:]
    for (place, asset) in assets.enumerated() { places[asset.id] = place }
    var told: Set<Position> = []
    var circles: Set<String> = []
    for place in assets.indices {
      guard let feeder = assets[place].metering.fedBy, let section = sections[place] else { continue }
      let position = section["fed-by"]?.position ?? section.position
      guard places[feeder] != nil else {
        if told.insert(position).inserted {
          section.report(
            position, "\"\(assets[place].id)\" is fed by the unknown asset \"\(feeder)\"",
            remedy: NearestWord.remedy(feeder, in: assets.map(\.id), noun: "asset"))
        }
        continue
      }
      // Who feeds the feeder, and so on, must not come back here.
      var path = [assets[place].id]
      var next: String? = feeder
      while let id = next, let at = places[id], path.count <= assets.count {
        if id == assets[place].id {
          if circles.isDisjoint(with: path) {
            section.report(
              position, "\(path.joined(separator: " ← ")) ← \(id): a meter cannot feed itself",
              remedy: "The meter that is nearest to the supply has no `fed-by`.")
          }
          circles.formUnion(path)
          break
        }
        if path.contains(id) { break }
        path.append(id)
        next = assets[at].metering.fedBy
      }
    }
  }
}

extension Asset.Metering {
  func write(to writer: inout CanonicalWriter) {
    if role != .consumption { writer.field("role", role.rawValue) }
    writer.field("fed-by", fedBy)
    writer.field("accuracy", accuracy.map { "\($0) %" })
    if let essential { writer.field("essential", essential) }
    writer.field("cost-centre", costCentre)
    writer.field("product-line", productLine)
    writer.field("fuel", fuel)
    idle?.write(to: &writer)
    flexible?.write(to: &writer)
  }
}
