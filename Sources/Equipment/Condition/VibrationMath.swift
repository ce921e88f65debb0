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

/// Life of a winding's insulation, as a share of its life at the class temperature: it halves with each so many kelvins.
public enum InsulationLife {
  public static func factor(over temperature: Double, halving: Double) -> Double { pow(2, -temperature / halving) }
}
