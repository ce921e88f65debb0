extension ScaledInteger {
  /// A double rounded to so many decimal places, half away from zero: how an estimate becomes a text or an exact figure.
  ///
  /// - Parameter places: 0 … 18.
  /// - Returns: nil for what is no finite number, and for what does not fit 64 bits in steps of the last place.
  public init?(rounding value: Double, places: Int) {
    guard (0...18).contains(places) else { return nil }
    let steps = (value * (0..<places).reduce(1.0) { scale, _ in scale * 10 }).rounded()
    guard abs(steps) < 9e18 else { return nil }
    self.init(Int64(steps), exponent: Int8(-places))
  }
}
