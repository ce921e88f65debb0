import Foundation

/// Relations between what vibration sensors show.
public enum VibrationMath {
  /// Standard gravity in m/s² (exact, CGPM 1901).
  public static let gravity = 9.80665

  /// Velocity in mm/s RMS of an acceleration in g RMS at a single frequency: v = a / (2 π f).
  public static func velocity(acceleration: Double, hertz: Double) -> Double {
    acceleration * gravity * 1000 / (2 * .pi * hertz)
  }

  /// Size of the change between two vibration vectors, degrees of phase (ISO 10816-3, Annex D): large also where the
  /// amplitude falls.
  public static func change(
    from a: (amplitude: Double, phase: Double), to b: (amplitude: Double, phase: Double)
  ) -> Double {
    let angle = (b.phase - a.phase) * .pi / 180
    return max(0, a.amplitude * a.amplitude + b.amplitude * b.amplitude - 2 * a.amplitude * b.amplitude * cos(angle))
      .squareRoot()
  }
}

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
}

/// Life of a winding's insulation, as a share of its life at the class temperature: it halves with each so many kelvins.
public enum InsulationLife {
  public static func factor(over temperature: Double, halving: Double) -> Double { pow(2, -temperature / halving) }
}
