import Plant
import Templates

extension MachineProfile {
  /// The gauges of an asset.
  init(asset: Asset) {
    self.init(
      asset: asset.id, template: asset.template, faultModel: asset.faultModel,
      signals: Self.gauges(of: asset).map { position in
        let signal = asset.signals[position]
        return Measured(
          name: signal.name, unit: signal.unit, role: signal.role.flatMap { MeasuredRole(word: $0) },
          minimum: signal.minimum, maximum: signal.maximum)
      },
      nameplate: Nameplate(asset.nameplate))
  }

  /// Positions of the gauges in `Asset.signals`.
  static func gauges(of asset: Asset) -> [Int] { asset.signals.indices.filter { asset.signals[$0].kind == .gauge } }
}

extension Nameplate {
  init(_ plate: Asset.Nameplate) {
    self.init(
      power: plate.power?.doubleValue, shaftHeight: plate.shaftHeight?.doubleValue,
      support: plate.support.map { $0 == .rigid ? .rigid : .flexible }, speed: plate.speed?.doubleValue,
      current: plate.current?.doubleValue, voltage: plate.voltage?.doubleValue,
      insulationClass: plate.insulation?.rawValue, bearing: plate.bearing)
  }
}

extension VibrationZones {
  /// Of the site's table.
  public init(_ table: ConditionTable.Vibration) {
    self.init(
      rows: table.zones.map { zone in
        Row(
          group: zone.group, support: zone.support == .rigid ? .rigid : .flexible,
          velocity: zone.velocity.map(\.doubleValue), displacement: zone.displacement.map(\.doubleValue))
      },
      power: table.power.map(\.doubleValue), shaftHeight: table.shaftHeight.map(\.doubleValue),
      speed: table.speed[0].doubleValue...table.speed[1].doubleValue, slow: table.slow.doubleValue,
      slowBand: table.slowBand.map(\.doubleValue), band: table.band.map(\.doubleValue), hold: table.hold.seconds,
      hysteresis: table.hysteresis.doubleValue, source: table.origin.document)
  }
}
