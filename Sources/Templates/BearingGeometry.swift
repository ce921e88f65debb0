import Foundation

/// The kinematics of a rolling bearing with a fixed outer ring.
public struct BearingGeometry: Hashable, Sendable {
  public var balls: Int
  /// Both in one unit.
  public var ballDiameter: Double
  public var pitchDiameter: Double
  /// Degrees.
  public var contactAngle: Double

  public init(balls: Int, ballDiameter: Double, pitchDiameter: Double, contactAngle: Double = 0) {
    self.balls = balls
    self.ballDiameter = ballDiameter
    self.pitchDiameter = pitchDiameter
    self.contactAngle = contactAngle
  }

  private var gamma: Double { ballDiameter / pitchDiameter * cos(contactAngle * .pi / 180) }

  /// Multiples of the shaft's frequency: of the cage,
  public var ftf: Double { (1 - gamma) / 2 }
  /// of a defect of the outer ring,
  public var bpfo: Double { Double(balls) * (1 - gamma) / 2 }
  /// of the inner ring,
  public var bpfi: Double { Double(balls) * (1 + gamma) / 2 }
  /// and of the spin of a ball. A defect of a ball strikes both races: look for `2 × bsf` as well, which some tables
  /// print instead.
  public var bsf: Double { pitchDiameter / (2 * ballDiameter) * (1 - gamma * gamma) }

  public func multiple(of line: BearingLine) -> Double {
    switch line {
    case .ftf: ftf
    case .bpfo: bpfo
    case .bpfi: bpfi
    case .bsf: bsf
    }
  }
}

/// What repeats with each turn of a damaged rolling bearing.
public enum BearingLine: String, Hashable, Sendable, CaseIterable {
  /// Cage.
  case ftf
  /// Outer ring.
  case bpfo
  /// Inner ring.
  case bpfi
  /// Spin of a ball.
  case bsf
}

extension BearingGeometry {
  public init(_ bearing: ConditionTable.Bearing) {
    self.init(
      balls: bearing.balls, ballDiameter: bearing.ball.doubleValue, pitchDiameter: bearing.pitch.doubleValue,
      contactAngle: bearing.angle?.doubleValue ?? 0)
  }
}
