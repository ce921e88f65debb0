/// Inverse of a correlation matrix that was drawn towards independence (Ledoit and Wolf 2004 in its simplest form: the
/// fewer rows, the more), so that it exists whatever the rows are.
struct ShrunkCorrelation: Hashable, Sendable {
  let width: Int
  /// Row-major.
  private var inverse: [Float]

  /// - Parameter rows: standardised, row-major, 0 where nothing is known.
  init?(width: Int, rows: [Float]) {
    let count = width == 0 ? 0 : rows.count / width
    guard width > 1, count > 1 else { return nil }
    self.width = width
    var matrix = Array(repeating: 0.0, count: width * width)
    for row in 0..<count {
      for i in 0..<width {
        let x = Double(rows[row * width + i])
        guard x != 0 else { continue }
        for j in 0...i { matrix[i * width + j] += x * Double(rows[row * width + j]) }
      }
    }
    let shrinkage = max(0.05, Double(width + 1) / Double(count + width + 1))
    let scale = (0..<width).map { max(1e-9, (matrix[$0 * width + $0] / Double(count)).squareRoot()) }
    for i in 0..<width {
      for j in 0..<i {
        let r = matrix[i * width + j] / Double(count) / (scale[i] * scale[j])
        matrix[i * width + j] = max(-1, min(1, r)) * (1 - shrinkage)
      }
      matrix[i * width + i] = 1
    }
    guard let inverse = Self.invert(&matrix, width) else { return nil }
    self.inverse = inverse
  }

  /// By Cholesky's factors; nil if the matrix is not positive definite.
  private static func invert(_ lower: inout [Double], _ n: Int) -> [Float]? {
    for i in 0..<n {
      for j in 0...i {
        var sum = lower[i * n + j]
        for k in 0..<j { sum -= lower[i * n + k] * lower[j * n + k] }
        if i == j {
          guard sum > 1e-9 else { return nil }
          lower[i * n + i] = sum.squareRoot()
        } else {
          lower[i * n + j] = sum / lower[j * n + j]
        }
      }
    }
    var inverse = Array(repeating: Float(0), count: n * n)
    var column = Array(repeating: 0.0, count: n)
    for unit in 0..<n {
      for i in 0..<n {
        var sum = i == unit ? 1.0 : 0
        for k in 0..<i { sum -= lower[i * n + k] * column[k] }
        column[i] = sum / lower[i * n + i]
      }
      for i in stride(from: n - 1, through: 0, by: -1) {
        var sum = column[i]
        for k in (i + 1)..<n { sum -= lower[k * n + i] * column[k] }
        column[i] = sum / lower[i * n + i]
      }
      for i in 0..<n { inverse[i * n + unit] = Float(column[i]) }
    }
    return inverse
  }

  /// Hotelling's T² (Mahalanobis distance squared) of standardised values.
  func distance(_ z: [Double]) -> Double {
    var sum = 0.0
    for i in 0..<width {
      guard z[i] != 0 else { continue }
      var inner = 0.0
      for j in 0..<width { inner += Double(inverse[i * width + j]) * z[j] }
      sum += z[i] * inner
    }
    return max(0, sum)
  }

  /// T² as a standard normal value (Wilson and Hilferty 1931).
  func normalised(_ z: [Double]) -> Double {
    let degrees = Double(width)
    let ratio = distance(z) / degrees
    // The cube root of a number that is not negative, by Newton's method: the same on every machine.
    var root = max(1e-6, min(ratio, 1))
    if ratio > 1 { root = 1 + (ratio - 1) / 3 }
    for _ in 0..<40 { root -= (root * root * root - ratio) / max(1e-12, 3 * root * root) }
    return (root - (1 - 2 / (9 * degrees))) / (2 / (9 * degrees)).squareRoot()
  }
}
