/// Ordinary least squares with an intercept, by Householder reflections.
struct LeastSquares {
  /// A column that the ones before it (or the intercept) determine.
  struct Singular: Error {
    /// Position among the drivers.
    var column: Int
  }

  /// Intercept first.
  let coefficients: [Double]
  /// (XᵀX)⁻¹ by rows, intercept first.
  let inverse: [[Double]]

  /// - Parameters:
  ///   - rows: the drivers of each observation, all of one length, more rows than that + 1.
  ///   - target: of each observation.
  init(_ rows: [[Double]], _ target: [Double]) throws(Singular) {
    let width = (rows.first?.count ?? 0) + 1
    var matrix = rows.map { [1.0] + $0 }
    var right = target
    let norms = (0..<width).map { column in matrix.reduce(0) { $0 + $1[column] * $1[column] }.squareRoot() }
    for column in 0..<width {
      let below = matrix[column...].reduce(0) { $0 + $1[column] * $1[column] }.squareRoot()
      // What is left of a column that the others determine is rounding.
      guard below > norms[column] * 1e-10, below > 0 else { throw Singular(column: max(0, column - 1)) }
      let alpha = matrix[column][column] > 0 ? -below : below
      var reflector = matrix[column...].map { $0[column] }
      reflector[0] -= alpha
      let square = reflector.reduce(0) { $0 + $1 * $1 }
      guard square > 0 else { continue }
      for other in column..<width {
        var product = 0.0
        for (place, value) in reflector.enumerated() { product += value * matrix[column + place][other] }
        for (place, value) in reflector.enumerated() {
          matrix[column + place][other] -= 2 * product / square * value
        }
      }
      var product = 0.0
      for (place, value) in reflector.enumerated() { product += value * right[column + place] }
      for (place, value) in reflector.enumerated() { right[column + place] -= 2 * product / square * value }
    }
    var solution = [Double](repeating: 0, count: width)
    // R⁻¹, column by column.
    var inverted = [[Double]](repeating: [Double](repeating: 0, count: width), count: width)
    for row in stride(from: width - 1, through: 0, by: -1) {
      var sum = right[row]
      for column in (row + 1)..<max(width, row + 1) { sum -= matrix[row][column] * solution[column] }
      solution[row] = sum / matrix[row][row]
      for column in row..<width {
        var sum = row == column ? 1.0 : 0.0
        for inner in (row + 1)..<max(width, row + 1) { sum -= matrix[row][inner] * inverted[inner][column] }
        inverted[row][column] = sum / matrix[row][row]
      }
    }
    coefficients = solution
    inverse = (0..<width).map { i in
      (0..<width).map { j in (0..<width).reduce(0) { $0 + inverted[i][$1] * inverted[j][$1] } }
    }
  }
}
